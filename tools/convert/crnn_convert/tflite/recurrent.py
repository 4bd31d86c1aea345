"""Recurrent operators: LSTM and simple RNN over a sequence, forward and both ways, and SVDF.

TFLite keeps the gates of an LSTM apart, as i, f, c, o; ONNX in one matrix as i, o, f, c, and its peepholes as i, o, f.
"""

from __future__ import annotations

import numpy as np

from .export import ACTIVATIONS, Exporter
from .file import Operator

# Places of an LSTM's inputs, the same in UNIDIRECTIONAL_SEQUENCE_LSTM and LSTM.
_INPUT_WEIGHTS, _HIDDEN_WEIGHTS, _PEEPHOLES, _BIASES = (1, 2, 3, 4), (5, 6, 7, 8), (9, 10, 11), (12, 13, 14, 15)
_PROJECTION, _PROJECTION_BIAS, _NORMALISATION = 16, 17, (20, 21, 22, 23)

# i, o, f, c out of i, f, c, o.
_GATES = (0, 3, 1, 2)


class _LSTM:
    """The weights of one direction, in ONNX's order of gates, and what becomes of the result."""

    def __init__(self, exporter: Exporter, operator: Operator, places: dict[str, tuple[int, ...] | int]) -> None:
        self.exporter, self.operator = exporter, operator
        inputs = self._numbers(places["inputs"])
        hidden = self._numbers(places["hidden"])
        biases = self._numbers(places["biases"])
        peepholes = self._numbers(places["peepholes"])
        if any(exporter.constant(number) is None for number in (*inputs[1:], *hidden[1:])):
            raise exporter.refuse(operator, "its weights must be constants of the file")
        self.is_coupled = inputs[0] < 0
        self.units = exporter.shape(inputs[1])[0]
        projection = exporter.constant(self._number(places["projection"]))
        offset = exporter.constant(self._number(places["projection_bias"]))
        if offset is not None and np.any(offset):
            raise exporter.refuse(
                operator, "its projection has a bias, which acts before the first step too; train it without that bias"
            )
        self.projection = projection
        self.input_weights = self._joined(inputs, None)
        self.hidden_weights = self._joined(hidden, projection)
        self.bias = self._joined_bias(biases)
        self.peepholes = self._joined_peepholes(peepholes)

    def _number(self, place: int) -> int:
        return self.operator.inputs[place] if 0 <= place < len(self.operator.inputs) else -1

    def _numbers(self, places: tuple[int, ...]) -> list[int]:
        return [self._number(place) for place in places]

    def _gates(self, numbers: list[int], projection: np.ndarray | None = None) -> list[np.ndarray]:
        """i, o, f, c. Where input and forget gate are coupled, i = 1 - f: its arguments are the negative ones."""
        gates = [self.exporter.constant(number) for number in numbers]
        if gates[0] is None and gates[1] is not None:
            gates[0] = -gates[1]
        if projection is not None:
            gates = [gate @ projection for gate in gates]
        return [gates[gate] for gate in _GATES]

    def _joined(self, numbers: list[int], projection: np.ndarray | None) -> str:
        """[1, 4 units, …]. 8-bit weights stay so: each gate has its scale, and every row its gate's."""
        exporter, name = self.exporter, self.exporter.tensor(numbers[1]).name
        tensors = [exporter.tensor(number) for number in numbers if number >= 0]
        is_stored = all(tensor.type == "INT8" and tensor.quantization is not None for tensor in tensors)
        if not is_stored or self.is_coupled or projection is not None:
            return exporter.graph.constant(name, np.concatenate(self._gates(numbers, projection))[None])
        ordered = [tensors[gate] for gate in _GATES]
        rows = [np.broadcast_to(tensor.quantization.scale, (self.units,)) for tensor in ordered]
        zeros = [np.broadcast_to(tensor.quantization.zero_point, (self.units,)) for tensor in ordered]
        stored = np.concatenate([tensor.constant for tensor in ordered])[None]
        return exporter.dequantised(name, stored, np.concatenate(rows), np.concatenate(zeros).astype(np.int8), axis=1)

    def _joined_bias(self, numbers: list[int]) -> str:
        zeros = np.zeros(self.units, np.float32)
        gates = [self.exporter.constant(number) for number in numbers]
        if self.is_coupled and gates[1] is not None:
            gates[0] = -gates[1]
        gates = [zeros if gate is None else gate for gate in gates]
        ordered = np.concatenate([gates[gate] for gate in _GATES]).astype(np.float32)
        values = np.concatenate([ordered, np.zeros_like(ordered)])[None]
        return self.exporter.graph.constant(f"{self.operator.name}/bias", values)

    def _joined_peepholes(self, numbers: list[int]) -> str:
        found = [self.exporter.constant(number) for number in numbers]
        if found[1] is None and found[2] is None:
            return ""
        if self.is_coupled:
            found[0] = -found[1]
        zeros = np.zeros(self.units, np.float32)
        # TFLite: i, f, o.
        ordered = [zeros if found[place] is None else found[place] for place in (0, 2, 1)]
        return self.exporter.graph.constant(f"{self.operator.name}/peepholes", np.concatenate(ordered)[None])

    def sequence(self, data: str, cell: str, is_backwards: bool) -> str:
        """[time, batch, units], out of [time, batch, inputs]; behind the projection, where there is one.

        A projection P is folded: with h = P u the recurrent product is R P u, and every step gives P u.
        """
        exporter, operator = self.exporter, self.operator
        inputs = [data, self.input_weights, self.hidden_weights, self.bias]
        if self.peepholes:
            inputs += ["", "", "", self.peepholes]
        name = exporter.node(
            "LSTM",
            operator,
            inputs,
            hidden_size=self.units,
            direction="reverse" if is_backwards else "forward",
            activations=["Sigmoid", cell, cell],
        )
        name = exporter.node("Squeeze", operator, [name, exporter.indices(operator, [1])])
        if self.projection is None:
            return name
        weights = exporter.graph.constant(f"{operator.name}/projection", self.projection.T)
        return exporter.node("MatMul", operator, [name, weights])


def _function(exporter: Exporter, operator: Operator) -> str:
    name = ACTIVATIONS.get(operator.options.FusedActivationFunction())
    if name == "linear":
        return "Affine"
    if name not in ("Tanh", "Relu"):
        raise exporter.refuse(operator, "its activation is not supported in a recurrent layer; TANH, RELU and NONE are")
    return name


def _check_limits(exporter: Exporter, operator: Operator) -> None:
    options = operator.options
    if options.ProjClip() > 0:
        raise exporter.refuse(
            operator, f"it limits its projection to ±{options.ProjClip():g}; convert it without that limit"
        )
    if options.CellClip() > 0:
        exporter.warnings.append(
            f"operator '{operator.name}' ({operator.kind}) limits its cell state to ±{options.CellClip():g}, which is "
            "left out: TensorFlow's converter writes that limit to every Keras LSTM, which was trained without it"
        )


def _time_first(exporter: Exporter, operator: Operator, name: str) -> str:
    return name if operator.options.TimeMajor() else exporter.transpose(operator, name, (1, 0, 2))


def _read(exporter: Exporter, operator: Operator) -> tuple[str, bool]:
    """The sequence that the operator reads, as [time, batch, features], and whether it reads it backwards."""
    data, axis = exporter.backwards.get(operator.inputs[0], (operator.inputs[0], None))
    if axis is not None and axis != (0 if operator.options.TimeMajor() else 1):
        raise exporter.refuse(operator, "it reads a tensor that is reversed along another axis than time")
    return _time_first(exporter, operator, exporter.value(data, operator)), axis is not None


def _give(exporter: Exporter, operator: Operator, name: str, is_backwards: bool) -> str | None:
    """The result in the file's order of axes. Of a backward layer ONNX has it in the order of the input: what the file
    has is that backwards."""
    name = _time_first(exporter, operator, name)
    if not is_backwards:
        return name
    exporter.reversed_result(operator.outputs[0], name, 0 if operator.options.TimeMajor() else 1)
    return None


def lstm(exporter: Exporter, operator: Operator) -> list[str | None]:
    _check_limits(exporter, operator)
    if any(place < len(operator.inputs) and operator.inputs[place] >= 0 for place in _NORMALISATION):
        raise exporter.refuse(operator, "layer normalisation inside an LSTM is not supported; train it without")
    weights = _LSTM(
        exporter,
        operator,
        {
            "inputs": _INPUT_WEIGHTS,
            "hidden": _HIDDEN_WEIGHTS,
            "biases": _BIASES,
            "peepholes": _PEEPHOLES,
            "projection": _PROJECTION,
            "projection_bias": _PROJECTION_BIAS,
        },
    )
    data, is_backwards = _read(exporter, operator)
    name = weights.sequence(data, _function(exporter, operator), is_backwards)
    return [_give(exporter, operator, name, is_backwards)]


def bidirectional_lstm(exporter: Exporter, operator: Operator) -> list[str]:
    _check_limits(exporter, operator)
    if any(place < len(operator.inputs) and operator.inputs[place] >= 0 for place in range(39, 48)):
        raise exporter.refuse(operator, "auxiliary inputs are not supported; give the layer one input")
    data, is_reversed = _read(exporter, operator)
    if is_reversed:
        raise exporter.refuse(operator, "it reads a sequence backwards in both directions; give it the sequence itself")
    results = []
    for first, is_backwards in ((1, False), (18, True)):
        places = {
            "inputs": tuple(range(first, first + 4)),
            "hidden": tuple(range(first + 4, first + 8)),
            "peepholes": tuple(range(first + 8, first + 11)),
            "biases": tuple(range(first + 11, first + 15)),
            "projection": first + 15,
            "projection_bias": first + 16,
        }
        weights = _LSTM(exporter, operator, places)
        results.append(weights.sequence(data, _function(exporter, operator), is_backwards))
    if operator.options.MergeOutputs():
        results = [exporter.node("Concat", operator, results, axis=-1)]
    return [_time_first(exporter, operator, name) for name in results]


def _simple(exporter: Exporter, operator: Operator, first: int, data: str, is_backwards: bool) -> str:
    numbers = operator.inputs[first : first + 3]
    if any(exporter.constant(number) is None for number in numbers):
        raise exporter.refuse(operator, "its weights must be constants of the file")
    units, features = exporter.shape(numbers[0])
    bias = exporter.constant(numbers[2])
    name = exporter.node(
        "RNN",
        operator,
        [
            data,
            exporter.weights(numbers[0], (0, 1), (1, units, features)),
            exporter.weights(numbers[1], (0, 1), (1, units, units)),
            exporter.graph.constant(f"{operator.name}/bias", np.concatenate([bias, np.zeros_like(bias)])[None]),
        ],
        hidden_size=units,
        direction="reverse" if is_backwards else "forward",
        activations=[_function(exporter, operator)],
    )
    return exporter.node("Squeeze", operator, [name, exporter.indices(operator, [1])])


def simple_rnn(exporter: Exporter, operator: Operator) -> list[str | None]:
    data, is_backwards = _read(exporter, operator)
    return [_give(exporter, operator, _simple(exporter, operator, 1, data, is_backwards), is_backwards)]


def bidirectional_rnn(exporter: Exporter, operator: Operator) -> list[str]:
    if any(number >= 0 for number in operator.inputs[9:12]):
        raise exporter.refuse(operator, "auxiliary inputs are not supported; give the layer one input")
    data, is_reversed = _read(exporter, operator)
    if is_reversed:
        raise exporter.refuse(operator, "it reads a sequence backwards in both directions; give it the sequence itself")
    results = [_simple(exporter, operator, first, data, first == 5) for first in (1, 5)]
    if operator.options.MergeOutputs():
        results = [exporter.node("Concat", operator, results, axis=-1)]
    return [_time_first(exporter, operator, name) for name in results]


def svdf(exporter: Exporter, operator: Operator) -> list[str]:
    """Rank-1 filters over features and time (Nakkiran et al. 2015): each filter weighs the features of a frame, and
    then its own results of the last `memory` frames; a unit adds up `rank` filters.

    A convolution along time, padded with zeros in front as the state is at the start. What is the batch in the file is
    time here: one call takes one frame.
    """
    numbers = operator.inputs
    if any(exporter.constant(number) is None for number in numbers[1:3]):
        raise exporter.refuse(operator, "its weights must be constants of the file")
    filters, memory = exporter.shape(numbers[2])
    rank = max(1, operator.options.Rank())
    units = filters // rank
    features = exporter.node(
        "Gemm", operator, [exporter.value(numbers[0], operator), exporter.weights(numbers[1], (0, 1))], transB=1
    )
    # [time, filters] to [1, filters, time].
    turned = exporter.node("Transpose", operator, [features], perm=[1, 0])
    sequence = exporter.node("Unsqueeze", operator, [turned, exporter.indices(operator, [0])])
    weights = exporter.weights(numbers[2], (0, 1), (filters, 1, memory))
    kept = exporter.node(
        "Conv", operator, [sequence, weights], group=filters, kernel_shape=[memory], pads=[memory - 1, 0]
    )
    name = exporter.node("Transpose", operator, [kept], perm=[0, 2, 1])
    name = exporter.node("Squeeze", operator, [name, exporter.indices(operator, [0])])
    if rank > 1:
        # Filters of a unit stand side by side: their sum is a product with ones.
        ones = np.repeat(np.eye(units, dtype=np.float32), rank, axis=0)
        name = exporter.node("MatMul", operator, [name, exporter.graph.constant(f"{operator.name}/ranks", ones)])
    if exporter.constant(numbers[3]) is not None:
        name = exporter.node("Add", operator, [name, exporter.value(numbers[3], operator)])
    return [exporter.activated(operator, name)]
