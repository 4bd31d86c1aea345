"""Layers that treat every value alone: activations, scaling, normalisation, and those that do nothing at inference."""

from __future__ import annotations

import numpy as np

from .. import activations
from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor
from .geometry import outer_axis


def unchanged(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    """Dropout, noise and augmentation act in training only."""
    return inputs[0]


def activation(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    return activations.apply(graph, layer, inputs[0])


def relu(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    highest = layer.config.get("max_value")
    slope = float(layer.config.get("negative_slope") or 0)
    if layer.config.get("threshold"):
        raise layer.refuse(
            "a threshold other than 0 is not supported; subtract it before the layer (Rescaling) and add it back"
        )
    if slope == 0 and highest is not None:
        return activations.clip(graph, layer, inputs[0], 0.0, float(highest))
    if slope == 0:
        return graph.pointwise("Relu", layer.name, inputs[0])
    result = graph.pointwise("LeakyRelu", layer.name, inputs[0], alpha=slope)
    if highest is None:
        return result
    return activations.clip(graph, layer, result, float(np.finfo(np.float32).min), float(highest))


def leaky_relu(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    # Keras 3 calls negative_slope what Keras 2 called alpha.
    slope = layer.config.get("negative_slope", layer.config.get("alpha", 0.3))
    return graph.pointwise("LeakyRelu", layer.name, inputs[0], alpha=float(np.asarray(_number(slope))))


def elu(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    return graph.pointwise(
        "Elu", layer.name, inputs[0], alpha=float(np.asarray(_number(layer.config.get("alpha", 1.0))))
    )


def _number(value):
    """Keras 2 writes some settings as an array object."""
    return value["value"] if isinstance(value, dict) else value


def prelu(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    stored = layer.weights[0]
    slopes = stored.reshape((1,) * (inputs[0].rank - stored.ndim) + stored.shape)
    return graph.pointwise("PRelu", layer.name, inputs[0], graph.along_axes(f"{layer.name}/slope", inputs[0], slopes))


def softmax(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    axis = layer.config.get("axis", -1)
    if isinstance(axis, list):
        if len(axis) != 1:
            raise layer.refuse("softmax over several axes at once is not supported; Flatten them first")
        (axis,) = axis
    return activations.softmax(graph, layer, inputs[0], outer_axis(axis, kept))


def rescaling(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (result,) = inputs
    for operation, key, neutral in (("Mul", "scale", 1), ("Add", "offset", 0)):
        values = np.asarray(_number(layer.config.get(key, neutral)), np.float32)
        if np.all(values == neutral):
            continue
        if values.ndim:
            values = values.reshape((1,) * (result.rank - values.ndim) + values.shape)
            constant = graph.along_axes(f"{layer.name}/{key}", result, values)
        else:
            constant = graph.constant(f"{layer.name}/{key}", values)
        result = graph.pointwise(operation, layer.name, result, constant)
    return result


def layer_normalization(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, over the channels of every step."""
    (tensor,) = inputs
    axis = layer.config.get("axis", -1)
    axes = [outer_axis(value, kept) % tensor.rank for value in (axis if isinstance(axis, list) else [axis])]
    if axes != [tensor.rank - 1] or layer.config.get("rms_scaling", False):
        raise layer.refuse("it normalises more than the last axis, or without the mean; normalise the channels only")
    needed = [key for key in ("scale", "center") if layer.config.get(key, True)]
    if len(layer.weights) < len(needed):
        raise layer.refuse(f"the file holds {len(layer.weights)} of its weights, it needs {len(needed)}")
    tensor = graph.with_last_axis_last(tensor)

    def constant(name: str, value) -> str:
        return graph.constant(f"{layer.name}/{name}", np.asarray(value, np.float32))

    def mean(of: Tensor) -> str:
        return graph.node("ReduceMean", layer.name, [of.name], axes=[-1], keepdims=1)

    centred = graph.pointwise("Sub", layer.name, tensor, mean(tensor))
    square = graph.pointwise("Mul", layer.name, centred, centred.name)
    epsilon = constant("epsilon", layer.config.get("epsilon", 1e-3))
    deviation = graph.node("Sqrt", layer.name, [graph.node("Add", layer.name, [mean(square), epsilon])])
    result = graph.pointwise("Div", layer.name, centred, deviation)
    remaining = list(layer.weights)
    if layer.config.get("scale", True):
        result = graph.pointwise("Mul", layer.name, result, constant("gamma", remaining.pop(0)))
    if layer.config.get("center", True):
        result = graph.pointwise("Add", layer.name, result, constant("beta", remaining.pop(0)))
    return result


def batch_normalization(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (tensor,) = inputs
    axis = layer.config.get("axis", -1)
    axis = outer_axis(axis[0] if isinstance(axis, list) else axis, kept) % tensor.rank
    # ONNX normalises along its second axis.
    tensor = graph.in_order(tensor, [0, axis, *(other for other in range(1, tensor.rank) if other != axis)])
    remaining = list(layer.weights)
    size = remaining[-1].size
    scale = remaining.pop(0) if layer.config.get("scale", True) else np.ones(size, np.float32)
    shift = remaining.pop(0) if layer.config.get("center", True) else np.zeros(size, np.float32)
    constants = [
        graph.constant(f"{layer.name}/{name}", values)
        for name, values in zip(("gamma", "beta", "mean", "variance"), (scale, shift, *remaining))
    ]
    return graph.pointwise(
        "BatchNormalization", layer.name, tensor, *constants, epsilon=float(layer.config.get("epsilon", 1e-3))
    )
