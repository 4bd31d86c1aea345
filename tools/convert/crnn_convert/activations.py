"""Keras' activation functions, as ONNX nodes and as the activations of ONNX's recurrent nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .network import Layer
from .onnx_graph import GraphBuilder, Tensor

# Keras 3 changed hard_sigmoid from clip(0.2 x + 0.5, 0, 1) to relu6(x + 3) / 6.
_HARD_SIGMOID_ALPHA = {2: 0.2, 3: 1 / 6}

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805

# ONNX operators that are the Keras function of that name, with their attributes.
_OPERATORS: dict[str, tuple[str, dict[str, float]]] = {
    "relu": ("Relu", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "elu": ("Elu", {"alpha": 1.0}),
    "leaky_relu": ("LeakyRelu", {"alpha": 0.2}),
    "softplus": ("Softplus", {}),
    "exponential": ("Exp", {}),
}

_RECURRENT: dict[str, tuple[str, list[float], list[float]]] = {
    "linear": ("Affine", [1.0], [0.0]),
    "relu": ("Relu", [], []),
    "sigmoid": ("Sigmoid", [], []),
    "tanh": ("Tanh", [], []),
    "softsign": ("Softsign", [], []),
    "softplus": ("Softplus", [], []),
    "elu": ("Elu", [1.0], []),
    "leaky_relu": ("LeakyRelu", [0.2], []),
}

SUPPORTED = sorted(
    {*_OPERATORS, "linear", "relu6", "hard_sigmoid", "softsign", "selu", "silu", "hard_silu", "softmax", "log_softmax"}
)
SUPPORTED_RECURRENT = sorted({*_RECURRENT, "hard_sigmoid"})


def name_of(layer: Layer, key: str = "activation", default: str = "linear") -> str:
    """The name of the function under `key` of the layer's settings; Keras 3 may write it as an object."""
    value: Any = layer.config.get(key, default)
    if isinstance(value, dict):
        value = value["config"] if isinstance(value.get("config"), str) else value.get("class_name", "?")
    if value is None:
        return "linear"
    return {"swish": "silu", "hard_swish": "hard_silu"}.get(value, value)


def _hard_sigmoid(layer: Layer) -> dict[str, float]:
    return {"alpha": _HARD_SIGMOID_ALPHA[2 if layer.keras_version < 3 else 3], "beta": 0.5}


def apply(graph: GraphBuilder, layer: Layer, tensor: Tensor, name: str | None = None) -> Tensor:
    """`tensor` after the layer's activation (or the one called `name`)."""
    name = name_of(layer) if name is None else name
    if name == "linear":
        return tensor
    if name in _OPERATORS:
        operation, attributes = _OPERATORS[name]
        return graph.pointwise(operation, layer.name, tensor, **attributes)
    if name == "relu6":
        return clip(graph, layer, tensor, 0.0, 6.0)
    if name == "hard_sigmoid":
        return graph.pointwise("HardSigmoid", layer.name, tensor, **_hard_sigmoid(layer))
    if name == "softsign":
        magnitude = graph.pointwise("Abs", layer.name, tensor)
        one = graph.constant(f"{layer.name}/one", np.float32(1))
        return graph.pointwise("Div", layer.name, tensor, graph.pointwise("Add", layer.name, magnitude, one).name)
    if name == "selu":
        curve = graph.pointwise("Elu", layer.name, tensor, alpha=_SELU_ALPHA)
        return graph.pointwise("Mul", layer.name, curve, graph.constant(f"{layer.name}/scale", np.float32(_SELU_SCALE)))
    if name in ("silu", "hard_silu"):
        gate = apply(graph, layer, tensor, "sigmoid" if name == "silu" else "hard_sigmoid")
        return graph.pointwise("Mul", layer.name, tensor, gate.name)
    if name in ("softmax", "log_softmax"):
        return softmax(graph, layer, tensor, -1, "Softmax" if name == "softmax" else "LogSoftmax")
    raise layer.refuse(f"the activation '{name}' is not supported; these are: {', '.join(SUPPORTED)}")


def clip(graph: GraphBuilder, layer: Layer, tensor: Tensor, low: float, high: float) -> Tensor:
    bounds = [
        graph.constant(f"{layer.name}/{name}", np.float32(value)) for name, value in (("low", low), ("high", high))
    ]
    return graph.pointwise("Clip", layer.name, tensor, *bounds)


def softmax(graph: GraphBuilder, layer: Layer, tensor: Tensor, axis: int, operation: str = "Softmax") -> Tensor:
    """Over one Keras axis. It is moved to the end, where ONNX needs nothing more than -1."""
    axis %= tensor.rank
    moved = graph.in_order(tensor, [other for other in tensor.order if other != axis] + [axis])
    return replace(moved, name=graph.node(operation, layer.name, [moved.name], axis=-1))


def recurrent(layer: Layer, keys: list[str]) -> dict[str, list]:
    """The attributes of an ONNX recurrent node for the activations under `keys` of the settings, in ONNX's order.

    Only the functions that have parameters take an entry of the lists of parameters.
    """
    names: list[str] = []
    alphas: list[float] = []
    betas: list[float] = []
    for key in keys:
        name = name_of(layer, key)
        if name == "hard_sigmoid":
            parameters = _hard_sigmoid(layer)
            entry = ("HardSigmoid", [parameters["alpha"]], [parameters["beta"]])
        elif name in _RECURRENT:
            entry = _RECURRENT[name]
        else:
            raise layer.refuse(
                f"the {key.replace('_', ' ')} '{name}' is not supported inside a recurrent layer; these are: "
                + ", ".join(SUPPORTED_RECURRENT)
            )
        names.append(entry[0])
        alphas += entry[1]
        betas += entry[2]
    attributes: dict[str, list] = {"activations": names}
    if alphas:
        attributes["activation_alpha"] = alphas
    if betas:
        attributes["activation_beta"] = betas
    return attributes
