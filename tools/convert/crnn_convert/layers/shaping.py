"""Layers that only move values: Flatten, Reshape, Permute, RepeatVector."""

from __future__ import annotations

import math

import numpy as np

from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor


def flatten(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (tensor,) = inputs
    sizes = tensor.shape[kept:]
    if tensor.rank == kept + 1:
        return tensor
    if tensor.rank == kept:
        return graph.reshape(layer.name, tensor, [1], kept)
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
