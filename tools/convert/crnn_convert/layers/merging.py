"""Layers that join tensors: Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor
from .geometry import outer_axis

_OPERATION = {
    "Add": "Add",
    "Subtract": "Sub",
    "Multiply": "Mul",
    "Average": "Add",
    "Maximum": "Max",
    "Minimum": "Min",
}


def merge(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    result = inputs[0]
    for other in inputs[1:]:
        if other.rank != result.rank or any(
            a is not None and b is not None and a != b for a, b in zip(result.shape[1:], other.shape[1:])
        ):
            raise layer.refuse(
                f"its inputs have the shapes {result.shape} and {other.shape}; bring them to the same first"
            )
        result = graph.pointwise(
            _OPERATION[layer.class_name], layer.name, result, graph.in_order(other, result.order).name
        )
    if layer.class_name == "Average":
        share = graph.constant(f"{layer.name}/share", np.float32(1 / len(inputs)))
        result = graph.pointwise("Mul", layer.name, result, share)
    return result


def concatenate(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    first = inputs[0]
    axis = outer_axis(layer.config.get("axis", -1), kept) % first.rank
    aligned = [graph.in_order(tensor, first.order) for tensor in inputs]
    name = graph.node("Concat", layer.name, [tensor.name for tensor in aligned], axis=first.position(axis))
    sizes = [tensor.shape[axis] for tensor in inputs]
    shape = list(first.shape)
    shape[axis] = None if None in sizes else sum(sizes)
    return replace(first, name=name, shape=tuple(shape))
