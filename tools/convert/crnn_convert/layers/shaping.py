"""Layers that only move values: Flatten, Reshape, Permute, RepeatVector, padding and cropping, Embedding."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor
from .geometry import require_channels_last


def flatten(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (tensor,) = inputs
    sizes = tensor.shape[kept:]
    if tensor.rank == kept + 1:
        return tensor
    if tensor.rank == kept:
        return graph.reshape(layer.name, tensor, [1], kept)
    require_channels_last(layer)
    return graph.reshape(layer.name, tensor, [None if None in sizes else math.prod(sizes)], kept)


def reshape(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (tensor,) = inputs
    target = [None if size == -1 else size for size in layer.config["target_shape"]]
    sizes = tensor.shape[kept:]
    if None not in sizes:
        total, known = math.prod(sizes), math.prod(size for size in target if size is not None)
        target = [total // known if size is None else size for size in target]
        if math.prod(target) != total:
            raise layer.refuse(f"{sizes} cannot become {tuple(target)}")
    if target.count(None) > 1:
        raise layer.refuse("more than one size of the result is unknown; state all but one")
    return graph.reshape(layer.name, tensor, target, kept)


def permute(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    """No node: the axes get new names, and who needs them in order transposes."""
    (tensor,) = inputs
    # Keras counts from 1, the first axis after those that stay.
    old = [*range(kept), *(axis + kept - 1 for axis in layer.config["dims"])]
    shape = tuple(tensor.shape[axis] for axis in old)
    return Tensor(tensor.name, shape, tuple(old.index(axis) for axis in tensor.order))


def zero_padding(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    tensor = graph.in_order(inputs[0], range(inputs[0].rank))
    pads = _margins(layer, tensor, "padding", kept)
    before, after = zip(*pads)
    sizes = graph.constant(f"{layer.name}/pads", np.array([*before, *after], np.int64))
    shape = [None if size is None else size + sum(pad) for size, pad in zip(tensor.shape, pads)]
    return replace(tensor, name=graph.node("Pad", layer.name, [tensor.name, sizes]), shape=tuple(shape))


def cropping(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    tensor = graph.in_order(inputs[0], range(inputs[0].rank))
    cuts = _margins(layer, tensor, "cropping", kept)
    axes = [axis for axis, cut in enumerate(cuts) if any(cut)]
    if not axes:
        return tensor
    shape = [None if size is None else size - sum(cut) for size, cut in zip(tensor.shape, cuts)]
    if any(size is not None and size < 1 for size in shape):
        raise layer.refuse(f"it cuts everything of its input of {tensor.shape[1:-1]} away")
    bounds = [[cuts[axis][0] for axis in axes], [-cuts[axis][1] or np.iinfo(np.int64).max for axis in axes], axes]
    constants = [graph.constant(f"{layer.name}/bounds", np.array(values, np.int64)) for values in bounds]
    return replace(tensor, name=graph.node("Slice", layer.name, [tensor.name, *constants]), shape=tuple(shape))


def _margins(layer: Layer, tensor: Tensor, key: str, kept: int) -> list[tuple[int, int]]:
    """Before and after each Keras axis. Keras writes one number, one for each axis, or a pair for each."""
    require_channels_last(layer)
    own = tensor.rank - kept - 1
    values = layer.config.get(key, 1)
    values = [values] * own if isinstance(values, int) else list(values)
    if own == 1 and len(values) == 2 and all(isinstance(value, int) for value in values):
        values = [values]
    if len(values) != own:
        raise layer.refuse(f"its input has {own} axes between batch and channels, its {key} is for {len(values)}")
    pairs = [(value, value) if isinstance(value, int) else (value[0], value[1]) for value in values]
    return [(0, 0)] * kept + pairs + [(0, 0)]


def embedding(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    if layer.config.get("mask_zero", False):
        raise layer.refuse("mask_zero=True is not supported; feed sequences without padding steps, one at a time")
    (tensor,) = inputs
    if not tensor.is_index:
        raise layer.refuse("its input is computed; an embedding can only read an input of the model")
    tensor = graph.in_order(tensor, range(tensor.rank))
    table = graph.constant(f"{layer.name}/table", layer.weights[0])
    name = graph.node("Gather", layer.name, [table, tensor.name], axis=0)
    return Tensor(name, (*tensor.shape, layer.weights[0].shape[1]), (*tensor.order, tensor.rank))


def repeat_vector(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    tensor = graph.in_order(inputs[0], range(inputs[0].rank))
    if tensor.rank != 2 or kept != 1:
        raise layer.refuse(f"it needs an input of (batch, features), this has {tensor.rank} axes")
    count = layer.config["n"]
    axis = graph.constant(f"{layer.name}/axis", np.array([1], np.int64))
    single = graph.node("Unsqueeze", layer.name, [tensor.name, axis])
    sizes = graph.constant(f"{layer.name}/shape", np.array([1, count, 1], np.int64))
    name = graph.node("Expand", layer.name, [single, sizes])
    return Tensor(name, (None, count, tensor.shape[-1]), (0, 1, 2))
