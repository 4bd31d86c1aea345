"""Convolutions and fully connected layers. TFLite has channels last, weights `[out, height, width, in]`."""

from __future__ import annotations

import math

import numpy as np

from .export import Exporter
from .file import Operator


def spatial_attributes(exporter: Exporter, operator: Operator, sizes, kernel, strides, dilations=None) -> dict:
    """ONNX attributes of a window; `sizes` are those of the input, -1 where open."""
    dilations = dilations or [1] * len(kernel)
    attributes: dict = {"kernel_shape": list(kernel), "strides": list(strides)}
    if any(dilation != 1 for dilation in dilations):
        attributes["dilations"] = list(dilations)
    if operator.options.Padding() == 1:  # VALID
        return attributes
    before, after = [], []
    for size, reach, stride in zip(sizes, ((k - 1) * d + 1 for k, d in zip(kernel, dilations)), strides):
        if size < 0 and stride > 1 and reach > 1:
            return {**attributes, "auto_pad": "SAME_UPPER"}
        total = max(reach - ((size % stride if size > 0 else 0) or stride), 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return {**attributes, "pads": before + after}


def channels_first(exporter: Exporter, operator: Operator, name: str, rank: int) -> str:
    return exporter.transpose(operator, name, (0, rank - 1, *range(1, rank - 1)))


def channels_last(exporter: Exporter, operator: Operator, name: str, rank: int) -> str:
    return exporter.transpose(operator, name, (0, *range(2, rank), 1))


def convolution(exporter: Exporter, operator: Operator) -> list[str]:
    options, (data, kernel) = operator.options, operator.inputs[:2]
    height, width = exporter.shape(kernel)[1:3]
    attributes = spatial_attributes(
        *(exporter, operator, exporter.shape(data)[1:3], (height, width), (options.StrideH(), options.StrideW())),
        (options.DilationHFactor(), options.DilationWFactor()),
    )
    groups = exporter.shape(data)[3] // max(1, exporter.shape(kernel)[3])
    if exporter.constant(kernel) is None:
        raise exporter.refuse(operator, "its weights are computed; only constant weights are supported")
    return _convolved(exporter, operator, exporter.weights(kernel, (0, 3, 1, 2)), attributes, groups)


def depthwise_convolution(exporter: Exporter, operator: Operator) -> list[str]:
    options, (data, kernel) = operator.options, operator.inputs[:2]
    _, height, width, channels = exporter.shape(kernel)
    attributes = spatial_attributes(
        *(exporter, operator, exporter.shape(data)[1:3], (height, width), (options.StrideH(), options.StrideW())),
        (options.DilationHFactor(), options.DilationWFactor()),
    )
    if exporter.constant(kernel) is None:
        raise exporter.refuse(operator, "its weights are computed; only constant weights are supported")
    # [1, height, width, channel · multiplier + number]: ONNX wants that last axis first.
    weights = exporter.weights(kernel, (3, 0, 1, 2))
    return _convolved(exporter, operator, weights, attributes, exporter.shape(data)[3])


def convolution_3d(exporter: Exporter, operator: Operator) -> list[str]:
    options, (data, kernel) = operator.options, operator.inputs[:2]
    attributes = spatial_attributes(
        *(exporter, operator, exporter.shape(data)[1:4], exporter.shape(kernel)[:3]),
        *((options.StrideD(), options.StrideH(), options.StrideW()),),
        (options.DilationDFactor(), options.DilationHFactor(), options.DilationWFactor()),
    )
    if exporter.constant(kernel) is None:
        raise exporter.refuse(operator, "its weights are computed; only constant weights are supported")
    # Here the weights are [depth, height, width, in, out].
    return _convolved(exporter, operator, exporter.weights(kernel, (4, 3, 0, 1, 2)), attributes, 1)


def _convolved(exporter: Exporter, operator: Operator, weights: str, attributes: dict, groups: int) -> list[str]:
    data = operator.inputs[0]
    rank = exporter.rank(data)
    inputs = [channels_first(exporter, operator, exporter.value(data, operator), rank), weights]
    if len(operator.inputs) > 2 and operator.inputs[2] >= 0:
        inputs.append(exporter.value(operator.inputs[2], operator))
    name = exporter.node("Conv", operator, inputs, group=groups, **attributes)
    return [exporter.activated(operator, channels_last(exporter, operator, name, rank))]


def fully_connected(exporter: Exporter, operator: Operator) -> list[str]:
    data, kernel = operator.inputs[:2]
    if operator.options.WeightsFormat() != 0:
        raise exporter.refuse(operator, "its weights are shuffled for one processor; convert the model without that")
    if exporter.constant(kernel) is None:
        raise exporter.refuse(operator, "its weights are computed; only constant weights are supported")
    outputs, inputs = exporter.shape(kernel)
    name, rank = exporter.value(data, operator), exporter.rank(data)
    has_bias = len(operator.inputs) > 2 and operator.inputs[2] >= 0
    if rank != 2 and not operator.options.KeepNumDims():
        name = exporter.node("Reshape", operator, [name, exporter.indices(operator, [-1, inputs])])
        rank = 2
    elif exporter.shape(data)[-1] not in (inputs, -1):
        name = exporter.node("Reshape", operator, [name, exporter.indices(operator, [-1, inputs])])
    if rank == 2:
        bias = [exporter.value(operator.inputs[2], operator)] if has_bias else []
        name = exporter.node("Gemm", operator, [name, exporter.weights(kernel, (0, 1)), *bias], transB=1)
    else:
        turned = exporter.node("Transpose", operator, [exporter.weights(kernel, (0, 1))], perm=[1, 0])
        name = exporter.node("MatMul", operator, [name, turned])
        if has_bias:
            name = exporter.node("Add", operator, [name, exporter.value(operator.inputs[2], operator)])
    return [exporter.activated(operator, name)]


def batch_matmul(exporter: Exporter, operator: Operator) -> list[str]:
    first, second = operator.inputs[:2]
    names = []
    for number, is_turned in ((first, operator.options.AdjX()), (second, operator.options.AdjY())):
        name, rank = exporter.value(number, operator), exporter.rank(number)
        names.append(exporter.transpose(operator, name, (*range(rank - 2), rank - 1, rank - 2)) if is_turned else name)
    return [exporter.node("MatMul", operator, names)]


def pooling(exporter: Exporter, operator: Operator) -> list[str]:
    options, data = operator.options, operator.inputs[0]
    kernel = (options.FilterHeight(), options.FilterWidth())
    attributes = spatial_attributes(
        exporter, operator, exporter.shape(data)[1:3], kernel, (options.StrideH(), options.StrideW())
    )
    name = channels_first(exporter, operator, exporter.value(data, operator), 4)
    if operator.kind == "MAX_POOL_2D":
        name = exporter.node("MaxPool", operator, [name], **attributes)
    elif operator.kind == "AVERAGE_POOL_2D":
        # TFLite divides by the number of elements that are really there.
        name = exporter.node("AveragePool", operator, [name], count_include_pad=0, **attributes)
    else:
        if any(attributes.get("pads", [])):
            raise exporter.refuse(operator, "L2 pooling with padding is not supported; use padding 'VALID'")
        # The root of the mean of squares; LpPool takes the root of their sum.
        name = exporter.node("LpPool", operator, [name], p=2, **attributes)
        share = exporter.graph.constant(f"{operator.name}/share", np.float32(1 / math.sqrt(math.prod(kernel))))
        name = exporter.node("Mul", operator, [name, share])
    return [exporter.activated(operator, channels_last(exporter, operator, name, 4))]
