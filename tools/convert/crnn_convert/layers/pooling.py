"""Max, average and power pooling, over windows and over everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor
from .geometry import Window, channels_second, padding, require_channels_last


def pooling(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    require_channels_last(layer)
    tensor = graph.in_order(inputs[0], channels_second(inputs[0]))
    size = layer.config.get("pool_size", 2)
    window = Window.of(layer, tensor, size, layer.config.get("strides") or size)
    pads, sizes = padding(layer, tensor, window)
    if layer.class_name.startswith("Max"):
        name = graph.node(
            "MaxPool", layer.name, [tensor.name], kernel_shape=window.kernel, strides=window.strides, **pads
        )
    elif layer.class_name.startswith("LP"):
        # PyTorch's LPPool: the root of the sum of powers.
        name = graph.node(
            "LpPool",
            layer.name,
            [tensor.name],
            p=int(layer.config.get("norm_type", 2)),
            kernel_shape=window.kernel,
            strides=window.strides,
            **pads,
        )
    else:
        # Keras divides by the number of elements that are really there.
        name = graph.node(
            "AveragePool",
            layer.name,
            [tensor.name],
            kernel_shape=window.kernel,
            strides=window.strides,
            count_include_pad=0,
            **pads,
        )
    return Tensor(name, (None, *sizes, tensor.shape[-1]), tensor.order)


def global_pooling(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    require_channels_last(layer)
    if kept > 1:
        return _pooled_frames(graph, layer, inputs[0], kept)
    tensor = graph.in_order(inputs[0], channels_second(inputs[0]))
    operation = "GlobalMaxPool" if "Max" in layer.class_name else "GlobalAveragePool"
    name = graph.node(operation, layer.name, [tensor.name])
    pooled = replace(tensor, name=name, shape=(None, *[1] * (tensor.rank - 2), tensor.shape[-1]))
    if layer.config.get("keepdims", False):
        return pooled
    axes = graph.constant(f"{layer.name}/axes", np.arange(2, tensor.rank, dtype=np.int64))
    name = graph.node("Squeeze", layer.name, [pooled.name, axes])
    return Tensor(name, (None, tensor.shape[-1]), (0, 1))


def _pooled_frames(graph: GraphBuilder, layer: Layer, tensor: Tensor, kept: int) -> Tensor:
    """Everything of each frame: the axes between those that stay and the channels."""
    pooled = range(kept, tensor.rank - 1)
    keeps_axes = bool(layer.config.get("keepdims", False))
    operation = "ReduceMax" if "Max" in layer.class_name else "ReduceMean"
    axes = sorted(tensor.position(axis) for axis in pooled)
    name = graph.node(operation, layer.name, [tensor.name], axes=axes, keepdims=int(keeps_axes))
    if keeps_axes:
        return replace(tensor, name=name, shape=(*tensor.shape[:kept], *[1] * len(pooled), tensor.shape[-1]))
    # The channels, Keras' last axis, come right behind those that stay.
    order = tuple(min(axis, kept) for axis in tensor.order if axis not in pooled)
    return Tensor(name, (*tensor.shape[:kept], tensor.shape[-1]), order)
