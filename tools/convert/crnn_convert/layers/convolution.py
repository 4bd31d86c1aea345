"""Conv1D, Conv2D and DepthwiseConv2D."""

from __future__ import annotations

import numpy as np

from .. import activations
from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor
from .geometry import Window, channels_second, padding, require_channels_last


def convolution(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (kernel, *rest) = layer.weights
    # Keras: [kernel…, input channel, output channel]; ONNX: [output channel, input channel, kernel…].
    weights = np.moveaxis(kernel, (-1, -2), (0, 1))
    return _convolve(graph, layer, inputs[0], weights, rest, layer.config.get("groups", 1))


def depthwise_convolution(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (kernel, *rest) = layer.weights
    channels, multiplier = kernel.shape[-2:]
    # Keras: [kernel…, channel, multiplier], its output channel is channel · multiplier + number.
    weights = np.moveaxis(kernel, (-2, -1), (0, 1)).reshape(channels * multiplier, 1, *kernel.shape[:-2])
    return _convolve(graph, layer, inputs[0], weights, rest, channels)


def separable_convolution(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    """A depthwise convolution, and one of size 1 over what it gives; the bias and the function are the second one's."""
    (kernel, pointwise, *rest) = layer.weights
    channels, multiplier = kernel.shape[-2:]
    weights = np.moveaxis(kernel, (-2, -1), (0, 1)).reshape(channels * multiplier, 1, *kernel.shape[:-2])
    tensor = _convolve(graph, layer, inputs[0], weights, [], channels, is_last=False)
    weights = np.moveaxis(pointwise, (-1, -2), (0, 1))
    ones = [1] * (tensor.rank - 2)
    return _convolved(graph, layer, tensor, weights, rest, 1, Window(ones, ones, ones))


def _convolve(
    graph: GraphBuilder,
    layer: Layer,
    tensor: Tensor,
    weights: np.ndarray,
    rest: list[np.ndarray],
    groups: int,
    is_last: bool = True,
) -> Tensor:
    require_channels_last(layer)
    tensor = graph.in_order(tensor, channels_second(tensor))
    window = Window.of(
        layer, tensor, weights.shape[2:], layer.config.get("strides", 1), layer.config.get("dilation_rate", 1)
    )
    return _convolved(graph, layer, tensor, weights, rest, groups, window, is_last)


def _convolved(
    graph: GraphBuilder,
    layer: Layer,
    tensor: Tensor,
    weights: np.ndarray,
    rest: list[np.ndarray],
    groups: int,
    window: Window,
    is_last: bool = True,
) -> Tensor:
    pads, sizes = padding(layer, tensor, window)
    weights = weights.reshape(*weights.shape[:2], *window.kernel)
    constants = [graph.constant(f"{layer.name}/kernel", weights)]
    if rest:
        constants.append(graph.constant(f"{layer.name}/bias", rest[0]))
    name = graph.node(
        "Conv",
        layer.name,
        [tensor.name, *constants],
        group=groups,
        kernel_shape=window.kernel,
        strides=window.strides,
        dilations=window.dilations,
        **pads,
    )
    result = Tensor(name, (None, *sizes, weights.shape[0]), tensor.order)
    return activations.apply(graph, layer, result) if is_last else result
