"""Builds the ONNX graph. A tensor remembers how its Keras axes lie, so that no Transpose is written in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8


@dataclass(frozen=True)
class Tensor:
    """An ONNX value. `shape` is Keras' (None where unknown); axis i of the value is Keras axis `order[i]`."""

    name: str
    shape: tuple[int | None, ...]
    order: tuple[int, ...]
    #: Whole numbers that only an embedding reads.
    is_index: bool = False

    @property
    def rank(self) -> int:
        return len(self.shape)

    def position(self, axis: int) -> int:
        """Where Keras axis `axis` lies in the ONNX value."""
        return self.order.index(axis % self.rank)


class GraphBuilder:
    """Collects nodes and constants; every method that adds a node returns the Tensor it makes."""

    def __init__(self, outside: GraphBuilder | None = None) -> None:
        """`outside`: the graph in which this one is the body of a node; no name stands in both."""
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._names: set[str] = set() if outside is None else outside._names

    def unique(self, name: str) -> str:
        candidate, number = name, 1
        while candidate in self._names:
            number += 1
            candidate = f"{name}_{number}"
        self._names.add(candidate)
        return candidate

    def input(self, name: str, shape: Sequence[int | None], is_index: bool = False) -> Tensor:
        name = self.unique(name)
        kind = TensorProto.INT64 if is_index else TensorProto.FLOAT
        # Open axes of different inputs have different names: their lengths need not be equal.
        axes = ["N", *_axes(name, shape)[1:]]
        self._inputs.append(helper.make_tensor_value_info(name, kind, axes))
        return Tensor(name, (None, *shape[1:]), tuple(range(len(shape))), is_index)

    def output(self, tensor: Tensor, name: str) -> None:
        """Makes `tensor`, in Keras' order of axes, an output called `name`."""
        tensor = self.in_order(tensor, range(tensor.rank))
        name = self.unique(name)
        self._nodes.append(helper.make_node("Identity", [tensor.name], [name], name=f"{name}/output"))
        axes = ["N", *_axes(name, tensor.shape)[1:]]
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, axes))

    def plain_input(self, name: str, shape: Sequence[int | None], is_index: bool = False) -> str:
        """An input whose axes are stated one by one, the batch too; None is open."""
        name = self.unique(name)
        kind = TensorProto.INT64 if is_index else TensorProto.FLOAT
        self._inputs.append(helper.make_tensor_value_info(name, kind, _axes(name, shape)))
        return name

    def plain_output(self, value: str, name: str, shape: Sequence[int | None]) -> None:
        name = self.unique(name)
        self._nodes.append(helper.make_node("Identity", [value], [name], name=f"{name}/output"))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, _axes(name, shape)))

    def constant(self, name: str, values) -> str:
        name = self.unique(name)
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(
        self, operation: str, name: str, inputs: Sequence[str], outputs: int = 1, take: int = 0, **attributes
    ) -> str:
        """Adds a node with `outputs` results, of which only number `take` is used, and gives the name of that one."""
        name = self.unique(f"{name}/{operation}")
        results = ["" if number != take else name for number in range(outputs)]
        self._nodes.append(helper.make_node(operation, list(inputs), results, name=name, **attributes))
        return name

    def many(self, operation: str, name: str, inputs: Sequence[str], outputs: int, **attributes) -> list[str]:
        """A node of whose results all are used; their names."""
        results = [self.unique(f"{name}/{operation}") for _ in range(outputs)]
        self._nodes.append(helper.make_node(operation, list(inputs), results, name=results[0], **attributes))
        return results

    def split(self, name: str, value: str, axis: int, sizes: Sequence[int]) -> list[str]:
        """A Split into parts of `sizes`; the names of all of them."""
        lengths = self.constant(f"{name}/sizes", np.asarray(sizes, np.int64))
        return self.many("Split", name, [value, lengths], len(sizes), axis=axis)

    def pointwise(self, operation: str, name: str, tensor: Tensor, *others: str, **attributes) -> Tensor:
        """A node whose result has the shape and order of `tensor`."""
        return replace(tensor, name=self.node(operation, name, [tensor.name, *others], **attributes))

    def along_axes(self, name: str, tensor: Tensor, values: np.ndarray) -> str:
        """A constant with one axis per Keras axis of `tensor` (size 1 where it repeats), to broadcast with it."""
        return self.constant(name, values.transpose(tensor.order))

    def in_order(self, tensor: Tensor, order: Sequence[int]) -> Tensor:
        """The same values with Keras axis `order[i]` as axis i; a Transpose only where it lies otherwise."""
        order = tuple(axis % tensor.rank for axis in order)
        if order == tensor.order:
            return tensor
        permutation = [tensor.order.index(axis) for axis in order]
        return replace(tensor, name=self.node("Transpose", tensor.name, [tensor.name], perm=permutation), order=order)

    def with_last_axis_last(self, tensor: Tensor) -> Tensor:
        last = tensor.rank - 1
        return self.in_order(tensor, [axis for axis in tensor.order if axis != last] + [last])

    def reshape(self, name: str, tensor: Tensor, shape: Sequence[int | None], kept: int = 1) -> Tensor:
        """Keras' reshape: the first `kept` axes stay, the rest becomes `shape` (None: whatever is left)."""
        tensor = self.in_order(tensor, range(tensor.rank))
        target = [0] * kept + [-1 if size is None else size for size in shape]
        sizes = self.constant(f"{name}/shape", np.array(target, np.int64))
        result = self.node("Reshape", name, [tensor.name, sizes])
        return Tensor(result, (*tensor.shape[:kept], *shape), tuple(range(kept + len(shape))))

    def subgraph(
        self, name: str, inputs: Sequence[onnx.ValueInfoProto], outputs: Sequence[onnx.ValueInfoProto]
    ) -> onnx.GraphProto:
        """The nodes so far as the body of a node."""
        return helper.make_graph(self._nodes, name, inputs, outputs, self._constants)

    def model(self, name: str, producer_version: str) -> onnx.ModelProto:
        graph = helper.make_graph(self._nodes, name, self._inputs, self._outputs, self._constants)
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="crnn_convert",
            producer_version=producer_version,
        )
        onnx.checker.check_model(model)
        return model


def _axes(name: str, shape: Sequence[int | None]) -> list[int | str]:
    return [f"{name}_axis{axis}" if size is None else size for axis, size in enumerate(shape)]
