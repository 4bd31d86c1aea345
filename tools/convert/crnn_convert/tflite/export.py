"""From a TFLite model to an ONNX model of the same values.

Every value stands in ONNX as the real number that it means: an int8 tensor of the file is a float one here. Weights
that the file holds in 8 bits stay so, behind a DequantizeLinear, so that their scales are known to whoever reads the
ONNX model. With `keeps_scales`, the scales of activations stand there too, as pairs of QuantizeLinear and
DequantizeLinear.
"""

from __future__ import annotations

import numpy as np
import onnx

from ..errors import ConversionError
from ..onnx_graph import GraphBuilder
from .file import PACKED, Model, Operator, Subgraph, Tensor

_INTEGER_TYPES = {"INT8", "UINT8", "INT16", "INT32", "INT64", "UINT32", "UINT64", "UINT16", *PACKED}
_STORED_TYPES = {"INT8": np.int8, "UINT8": np.uint8, "INT16": np.int16}

_WHOLE_SEQUENCE = "convert the whole-sequence (non-streaming) form of the model"
_FEATURES = "compute the features before the network: cut the front end off and convert the rest"
_DECODING = "end the model before it; results are decoded after the network"
_RESIZING = "resize before the network and convert the model without it"
_DILATION = "convert the model anew: TensorFlow writes dilated convolutions without it since 2.4"

_ADVICE = {
    **dict.fromkeys(("CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"), _WHOLE_SEQUENCE),
    **dict.fromkeys(("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), _RESIZING),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN", "TOPK_V2"), _DECODING),
    **dict.fromkeys(("BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND"), _DILATION),
    **{
        f"custom operator {name}": _FEATURES
        for name in ("FlexAudioSpectrogram", "AudioSpectrogram", "FlexMfcc", "Mfcc")
    },
    "TRANSPOSE_CONV": "networks that enlarge their input are not supported; end the model before it",
}


class Exporter:
    """One subgraph on its way to ONNX. `graph` takes the nodes; `values` maps tensors to names in it."""

    def __init__(self, model: Model, subgraph: Subgraph, graph: GraphBuilder, keeps_scales: bool) -> None:
        self.model = model
        self.subgraph = subgraph
        self.graph = graph
        self.keeps_scales = keeps_scales
        self.values: dict[int, str] = {}
        self._weights: dict[tuple, str] = {}
        #: Tensors whose value is known, from the file or computed.
        self.known: dict[int, np.ndarray] = {}
        #: Tensors that are another one backwards along an axis; written only where a recurrent layer reads them.
        self.backwards: dict[int, tuple[int, int]] = {}
        #: The first axis of every tensor is time: a network that keeps its past itself takes one frame in each call.
        self.calls_are_frames = any(operator.kind == "SVDF" for operator in subgraph.operators)
        self.warnings: list[str] = []

    # -- What a tensor is -------------------------------------------------------------------------------------------

    def tensor(self, number: int) -> Tensor:
        return self.subgraph.tensors[number]

    def shape(self, number: int) -> tuple[int, ...]:
        return self.tensor(number).shape

    def rank(self, number: int) -> int:
        return len(self.shape(number))

    def constant(self, number: int) -> np.ndarray | None:
        """The real values of a tensor that is known before anything runs; None where it is computed or absent."""
        if number < 0:
            return None
        if number in self.known:
            return self.known[number]
        tensor = self.tensor(number)
        if tensor.constant is None:
            return None
        values = tensor.constant
        if tensor.quantization is not None and tensor.type in _INTEGER_TYPES:
            scale, zero_point = (
                _along(part, tensor.quantization.axis, values.ndim)
                for part in (tensor.quantization.scale, tensor.quantization.zero_point)
            )
            values = (values.astype(np.float64) - zero_point).astype(np.float32) * scale
        elif tensor.type in ("FLOAT16", "FLOAT64"):
            values = values.astype(np.float32)
        elif tensor.type in _INTEGER_TYPES:
            values = values.astype(np.int64)
        self.known[number] = values
        return values

    def needed(self, operator: Operator, place: int, what: str) -> np.ndarray:
        """The constant at input `place` of an operator that cannot be without it."""
        number = operator.inputs[place] if place < len(operator.inputs) else -1
        values = self.constant(number)
        if values is None:
            raise self.refuse(operator, f"its {what} must be constants of the file")
        return values

    def integers(self, operator: Operator, place: int, what: str) -> list[int]:
        return [int(value) for value in self.needed(operator, place, what).ravel()]

    def value(self, number: int, operator: Operator) -> str:
        """The ONNX name of a tensor."""
        if number in self.backwards:
            raise self.refuse(operator, "it reads a sequence backwards; only recurrent layers can")
        if number not in self.values:
            values = self.constant(number)
            if values is None:
                if self.tensor(number).is_variable:
                    raise self.refuse(operator, "it reads a variable; convert the whole-sequence form of the model")
                raise self.refuse(operator, f"nothing computes its input '{self.tensor(number).name}'")
            self.values[number] = self.graph.constant(self.tensor(number).name, values)
        return self.values[number]

    def weights(self, number: int, order: tuple[int, ...], shape: tuple[int, ...] | None = None) -> str:
        """A constant with its axes in another order, then of another shape that keeps the first axis whole.

        What the file holds in 8 bits stays in 8 bits, with its scales, where these run along the new first axis.
        Operators that share a tensor share the constant.
        """
        key = (number, order, shape)
        if key not in self._weights:
            self._weights[key] = self._written_weights(number, order, shape)
        return self._weights[key]

    def _written_weights(self, number: int, order: tuple[int, ...], shape: tuple[int, ...] | None) -> str:
        tensor = self.tensor(number)

        def arranged(values: np.ndarray) -> np.ndarray:
            return values.transpose(order) if shape is None else values.transpose(order).reshape(shape)

        quantization = tensor.quantization
        if tensor.type in ("INT8", "UINT8") and quantization is not None and tensor.constant is not None:
            stored, scale = arranged(tensor.constant), quantization.scale
            zero_point = quantization.zero_point.astype(stored.dtype)
            if scale.size == 1 or (order[0] == quantization.axis and stored.shape[0] == scale.size):
                return self.dequantised(tensor.name, stored, scale, zero_point)
        return self.graph.constant(tensor.name, arranged(self.constant(number)))

    def dequantised(
        self, name: str, values: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, axis: int = 0
    ) -> str:
        """Stored integers behind a DequantizeLinear, by tensor or along an axis."""
        single = scale.size == 1
        inputs = [
            self.graph.constant(f"{name}/stored", values),
            self.graph.constant(f"{name}/scale", scale.reshape(()) if single else scale),
            self.graph.constant(f"{name}/zero_point", zero_point.reshape(()) if single else zero_point),
        ]
        return self.graph.node("DequantizeLinear", name, inputs, **({} if single else {"axis": axis}))

    # -- Writing ----------------------------------------------------------------------------------------------------

    def node(self, kind: str, operator: Operator, inputs: list[str], **attributes) -> str:
        return self.graph.node(kind, operator.name, inputs, **attributes)

    def indices(self, operator: Operator, values) -> str:
        """A constant of integers: axes, shapes, positions."""
        return self.graph.constant(f"{operator.name}/indices", np.asarray(values, np.int64))

    def transpose(self, operator: Operator, name: str, order: tuple[int, ...]) -> str:
        if order == tuple(range(len(order))):
            return name
        return self.node("Transpose", operator, [name], perm=list(order))

    def activated(self, operator: Operator, name: str, function: int | None = None) -> str:
        """`name` behind the function that is part of the operator."""
        if function is None:
            function = operator.options.FusedActivationFunction() if operator.options is not None else 0
        kind = ACTIVATIONS.get(function)
        if kind is None:
            raise self.refuse(operator, f"its activation number {function} is not supported")
        if kind == "linear":
            return name
        if kind in ("Clip1", "Clip6"):
            bounds = (-1.0, 1.0) if kind == "Clip1" else (0.0, 6.0)
            return self.clip(operator, name, *bounds)
        return self.node(kind, operator, [name])

    def clip(self, operator: Operator, name: str, low: float, high: float) -> str:
        bounds = [
            self.graph.constant(f"{operator.name}/{what}", np.float32(value))
            for what, value in (("low", low), ("high", high))
        ]
        return self.node("Clip", operator, [name, *bounds])

    def refuse(self, operator: Operator, reason: str) -> ConversionError:
        return ConversionError(f"operator '{operator.name}' ({operator.kind}): {reason}")

    def finish(self, number: int, name: str) -> None:
        """Makes `name` the value of a tensor; with its scale, where the file states one and it is to be kept."""
        tensor = self.tensor(number)
        if self.keeps_scales and tensor.quantization is not None and tensor.type in _STORED_TYPES:
            quantization = tensor.quantization
            zero_point = quantization.zero_point.astype(_STORED_TYPES[tensor.type]).reshape(())
            constants = [
                self.graph.constant(f"{tensor.name}/scale", quantization.scale.reshape(())),
                self.graph.constant(f"{tensor.name}/zero_point", zero_point),
            ]
            name = self.graph.node("QuantizeLinear", tensor.name, [name, *constants])
            name = self.graph.node("DequantizeLinear", tensor.name, [name, *constants])
        self.values[number] = name

    def reversed_result(self, number: int, name: str, axis: int) -> None:
        """Tensor `number` is the value `name` backwards along `axis`."""
        hidden = Tensor(len(self.subgraph.tensors), f"{name}/forward", "FLOAT32", self.shape(number), None, None, False)
        self.subgraph.tensors.append(hidden)
        self.values[hidden.number] = name
        self.backwards[number] = (hidden.number, axis)

    # -- The walk ---------------------------------------------------------------------------------------------------

    def run(self, only: set[int] | None = None) -> None:
        """Writes every operator, or those whose `id` is among `only`."""
        from . import registry, shaping

        for operator in self.subgraph.operators:
            if only is not None and id(operator) not in only:
                continue
            handler = registry.HANDLERS.get(operator.kind)
            if handler is None:
                advice = _ADVICE.get(operator.kind, "build the model from layers that tools/convert/README.md lists")
                raise self.refuse(operator, f"this operator is not supported; {advice}")
            if operator.inputs and operator.inputs[0] in self.backwards and operator.kind in shaping.FOLLOWED:
                shaping.follow(self, operator, handler)
                continue
            results = handler(self, operator)
            for number, result in zip(operator.outputs, results):
                if isinstance(result, np.ndarray):
                    self.known[number] = result
                elif result is not None:
                    self.finish(number, result)


#: By TFLite's number, the ONNX operator.
ACTIVATIONS = {0: "linear", 1: "Relu", 2: "Clip1", 3: "Clip6", 4: "Tanh"}


def _along(values: np.ndarray, axis: int, rank: int) -> np.ndarray:
    if values.size == 1:
        return values.reshape(())
    return values.reshape([-1 if place == axis else 1 for place in range(rank)])


def export(model: Model, name: str, version: str, keeps_scales: bool = False) -> tuple[onnx.ModelProto, list[str]]:
    """The ONNX model (opset 17, batch 1), and sentences about what was assumed. Raises ConversionError."""
    main = model.subgraphs[0]
    graph = GraphBuilder()
    exporter = Exporter(model, main, graph, keeps_scales)
    for number in main.inputs:
        tensor = main.tensors[number]
        if tensor.type not in ("FLOAT32", "FLOAT16", "INT32", "INT64", *_STORED_TYPES):
            raise ConversionError(f"input '{tensor.name}': inputs of type {tensor.type} are not supported")
        is_index = tensor.quantization is None and tensor.type in _INTEGER_TYPES
        port = _port_name(model, main, number)
        shape: list[int | None] = [None if size < 0 else size for size in tensor.shape]
        if shape and shape[0] is None or exporter.calls_are_frames:
            # The batch; where each call is a frame, what was the batch is time.
            shape[0] = None if exporter.calls_are_frames else 1
        exporter.finish(number, graph.plain_input(port, shape, is_index))
    exporter.run()
    for number in main.outputs:
        tensor = main.tensors[number]
        operator = Operator("OUTPUT", [number], [], None, tensor.name)
        sizes = [None if size < 0 else size for size in tensor.shape]
        if exporter.calls_are_frames and sizes:
            sizes[0] = None
        graph.plain_output(exporter.value(number, operator), _port_name(model, main, number), sizes)
    return graph.model(name, version), exporter.warnings


def _port_name(model: Model, main: Subgraph, number: int) -> str:
    """What the signature calls it; without one the tensor's name without what TensorFlow puts around it."""
    name = model.names.get(number) or main.tensors[number].name
    name = name.removeprefix("serving_default_").split(":")[0]
    return name or f"port_{number}"
