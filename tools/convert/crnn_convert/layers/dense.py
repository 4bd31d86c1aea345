"""Dense, on vectors and per step of a sequence."""

from __future__ import annotations

from .. import activations
from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor


def dense(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    (kernel, *rest) = layer.weights
    tensor = graph.with_last_axis_last(inputs[0])
    if tensor.shape[-1] not in (None, kernel.shape[0]):
        raise layer.refuse(f"it takes {kernel.shape[0]} features and is given {tensor.shape[-1]}")
    name = graph.node("MatMul", layer.name, [tensor.name, graph.constant(f"{layer.name}/kernel", kernel)])
    result = Tensor(name, (*tensor.shape[:-1], kernel.shape[1]), tensor.order)
    if rest:
        result = graph.pointwise("Add", layer.name, result, graph.constant(f"{layer.name}/bias", rest[0]))
    return activations.apply(graph, layer, result)
