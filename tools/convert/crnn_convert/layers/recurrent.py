"""LSTM, GRU, SimpleRNN and Bidirectional.

Keras keeps the gates as i, f, c, o (LSTM) and z, r, h (GRU); ONNX as i, o, f, c and z, r, h. Keras adds the 1 of
`unit_forget_bias` when the bias is made, so it already stands in the stored bias.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .. import activations
from ..network import Layer
from ..onnx_graph import GraphBuilder, Tensor

_GATES = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2), "SimpleRNN": (0,)}
_OPERATION = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "RNN"}
_ACTIVATIONS = {
    "LSTM": ["recurrent_activation", "activation", "activation"],
    "GRU": ["recurrent_activation", "activation"],
    "SimpleRNN": ["activation"],
}


def recurrent(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    backwards = layer.config.get("go_backwards", False)
    if backwards and layer.config.get("return_sequences", False):
        raise layer.refuse(
            "go_backwards with return_sequences reverses the steps; use Bidirectional, or return the last step only"
        )
    return _run(graph, layer, inputs[0], kept, reverse=backwards)


def bidirectional(graph: GraphBuilder, layer: Layer, inputs: list[Tensor], kept: int) -> Tensor:
    half = len(layer.weights) // 2
    forward = layer.wrapped("layer", layer.weights[:half])
    backward = layer.wrapped("backward_layer" if "backward_layer" in layer.config else "layer", layer.weights[half:])
    for inner in (forward, backward):
        if inner.class_name not in _GATES:
            raise layer.refuse(f"it wraps a {inner.class_name}; LSTM, GRU and SimpleRNN are supported")
        inner.name = f"{layer.name}/{'forward' if inner is forward else 'backward'}"
    if forward.config.get("go_backwards", False):
        raise layer.refuse("its forward layer has go_backwards=True; build it without")
    ahead = _run(graph, forward, inputs[0], kept, reverse=False)
    # The results of the backward layer stand in the order of the input in Keras and in ONNX alike.
    back = _run(graph, backward, inputs[0], kept, reverse=True)
    mode = layer.config.get("merge_mode", "concat")
    if mode == "concat":
        name = graph.node("Concat", layer.name, [ahead.name, back.name], axis=-1)
        return replace(ahead, name=name, shape=(*ahead.shape[:-1], ahead.shape[-1] + back.shape[-1]))
    if mode == "sum":
        return graph.pointwise("Add", layer.name, ahead, back.name)
    if mode == "mul":
        return graph.pointwise("Mul", layer.name, ahead, back.name)
    if mode == "ave":
        total = graph.pointwise("Add", layer.name, ahead, back.name)
        return graph.pointwise("Mul", layer.name, total, graph.constant(f"{layer.name}/half", np.float32(0.5)))
    raise layer.refuse(f"merge_mode {mode} is not supported; 'concat', 'sum', 'mul' and 'ave' are")


def _run(graph: GraphBuilder, layer: Layer, tensor: Tensor, kept: int, reverse: bool) -> Tensor:
    _check(layer, tensor, kept)
    kind, units = layer.class_name, layer.config["units"]
    sequence = graph.in_order(tensor, (1, 0, 2))
    reset_after = kind == "GRU" and layer.config.get("reset_after", layer.keras_version >= 3)
    constants = [
        graph.constant(f"{layer.name}/{name}", values[None])
        for name, values in zip(("kernel", "recurrent_kernel", "bias"), _weights(layer, kind, units, reset_after))
    ]
    if "peepholes" in layer.extra:
        constants += ["", "", "", graph.constant(f"{layer.name}/peepholes", layer.extra["peepholes"][None])]
    attributes = activations.recurrent(layer, _ACTIVATIONS[kind])
    if reset_after:
        attributes["linear_before_reset"] = 1
    sequences = layer.config.get("return_sequences", False)
    name = graph.node(
        _OPERATION[kind],
        layer.name,
        [sequence.name, *constants],
        outputs=1 if sequences else 2,
        take=0 if sequences else 1,
        hidden_size=units,
        direction="reverse" if reverse else "forward",
        **attributes,
    )
    # ONNX: all steps [time, direction, batch, unit], the last state [direction, batch, unit].
    axis = graph.constant(f"{layer.name}/direction", np.array([1 if sequences else 0], np.int64))
    name = graph.node("Squeeze", layer.name, [name, axis])
    if "projection" in layer.extra:
        units = layer.extra["projection"].shape[1]
        name = graph.node(
            "MatMul", layer.name, [name, graph.constant(f"{layer.name}/projection", layer.extra["projection"])]
        )
    if sequences:
        return Tensor(name, (None, tensor.shape[1], units), (1, 0, 2))
    return Tensor(name, (None, units), (0, 1))


def _weights(layer: Layer, kind: str, units: int, reset_after: bool) -> list[np.ndarray]:
    """W [gates · units, inputs], R [gates · units, units] and B [2 · gates · units] in ONNX's order of gates."""
    gates = len(_GATES[kind])
    kernel, hidden, *rest = layer.weights
    bias = rest[0] if rest else np.zeros(gates * units, np.float32)
    if kernel.shape[1] != gates * units or hidden.shape != (units, gates * units):
        raise layer.refuse(f"its weights of {kernel.shape} and {hidden.shape} are not those of {units} units")
    if bias.size == gates * units:
        bias = np.concatenate([bias.ravel(), np.zeros_like(bias.ravel())])
    elif not reset_after:
        raise layer.refuse(f"its bias of {bias.shape} is not that of a layer with reset_after=False")
    order = list(_GATES[kind])

    def reordered(values: np.ndarray) -> np.ndarray:
        return values.reshape(gates, units, -1)[order].reshape(gates * units, -1)

    input_bias, hidden_bias = bias.reshape(2, gates * units)
    return [
        reordered(kernel.T),
        reordered(hidden.T),
        np.concatenate([reordered(input_bias).ravel(), reordered(hidden_bias).ravel()]),
    ]


def _check(layer: Layer, tensor: Tensor, kept: int) -> None:
    if tensor.rank != 3 or kept != 1:
        raise layer.refuse(
            f"it needs an input of (batch, steps, features), this has {tensor.rank} axes; bring it there with Reshape "
            "or TimeDistributed(Flatten())"
        )
    for key, advice in (
        ("return_state", "return the output only"),
        ("time_major", "build the layer with batches first"),
    ):
        if layer.config.get(key, False):
            raise layer.refuse(f"{key}=True is not supported; {advice}")
