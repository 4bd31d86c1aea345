"""Operators that treat every value alone, or join two tensors value by value."""

from __future__ import annotations

import numpy as np

from .export import Exporter
from .file import Operator

UNARY = {
    "RELU": "Relu",
    "TANH": "Tanh",
    "LOGISTIC": "Sigmoid",
    "ELU": "Elu",
    "HARD_SWISH": "HardSwish",
    "ABS": "Abs",
    "NEG": "Neg",
    "EXP": "Exp",
    "LOG": "Log",
    "SQRT": "Sqrt",
    "SIGN": "Sign",
}

BINARY = {"ADD": "Add", "SUB": "Sub", "MUL": "Mul", "DIV": "Div", "MAXIMUM": "Max", "MINIMUM": "Min", "POW": "Pow"}

_COMPUTED = {
    "ADD": np.add,
    "SUB": np.subtract,
    "MUL": np.multiply,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
}


def unary(exporter: Exporter, operator: Operator) -> list[str]:
    return [exporter.node(UNARY[operator.kind], operator, [exporter.value(operator.inputs[0], operator)])]


def binary(exporter: Exporter, operator: Operator) -> list:
    constants = [exporter.constant(number) for number in operator.inputs]
    if all(values is not None for values in constants) and operator.kind in _COMPUTED and not _has_activation(operator):
        return [_COMPUTED[operator.kind](*constants)]
    names = [exporter.value(number, operator) for number in operator.inputs]
    name = exporter.node(BINARY[operator.kind], operator, names)
    return [exporter.activated(operator, name) if _has_activation(operator) else name]


def _has_activation(operator: Operator) -> bool:
    return (
        operator.kind in ("ADD", "SUB", "MUL", "DIV")
        and operator.options is not None
        and (operator.options.FusedActivationFunction() != 0)
    )


def add_many(exporter: Exporter, operator: Operator) -> list[str]:
    return [exporter.node("Sum", operator, [exporter.value(number, operator) for number in operator.inputs])]


def square(exporter: Exporter, operator: Operator) -> list[str]:
    name = exporter.value(operator.inputs[0], operator)
    return [exporter.node("Mul", operator, [name, name])]


def squared_difference(exporter: Exporter, operator: Operator) -> list[str]:
    name = exporter.node("Sub", operator, [exporter.value(number, operator) for number in operator.inputs])
    return [exporter.node("Mul", operator, [name, name])]


def reciprocal_root(exporter: Exporter, operator: Operator) -> list[str]:
    name = exporter.node("Sqrt", operator, [exporter.value(operator.inputs[0], operator)])
    return [exporter.node("Reciprocal", operator, [name])]


def clipped(exporter: Exporter, operator: Operator) -> list[str]:
    low, high = {"RELU6": (0.0, 6.0), "RELU_N1_TO_1": (-1.0, 1.0), "RELU_0_TO_1": (0.0, 1.0)}[operator.kind]
    return [exporter.clip(operator, exporter.value(operator.inputs[0], operator), low, high)]


def leaky_relu(exporter: Exporter, operator: Operator) -> list[str]:
    slope = float(operator.options.Alpha())
    return [exporter.node("LeakyRelu", operator, [exporter.value(operator.inputs[0], operator)], alpha=slope)]


def prelu(exporter: Exporter, operator: Operator) -> list[str]:
    return [exporter.node("PRelu", operator, [exporter.value(number, operator) for number in operator.inputs])]


def softmax(exporter: Exporter, operator: Operator) -> list[str]:
    name = exporter.value(operator.inputs[0], operator)
    if operator.kind == "LOG_SOFTMAX":
        return [exporter.node("LogSoftmax", operator, [name], axis=-1)]
    beta = float(operator.options.Beta())
    if beta != 1:
        name = exporter.node(
            "Mul", operator, [name, exporter.graph.constant(f"{operator.name}/beta", np.float32(beta))]
        )
    return [exporter.node("Softmax", operator, [name], axis=-1)]


def unchanged(exporter: Exporter, operator: Operator) -> list:
    """QUANTIZE, DEQUANTIZE, and CAST between numbers: what it means stays the same."""
    values = exporter.constant(operator.inputs[0])
    if values is not None:
        return [values]
    if operator.kind == "CAST":
        to = exporter.tensor(operator.outputs[0]).type
        if to == "BOOL":
            raise exporter.refuse(operator, "masks are not supported; feed sequences without padding steps")
        if to in ("INT32", "INT64") and exporter.tensor(operator.inputs[0]).type not in ("INT32", "INT64"):
            raise exporter.refuse(operator, "it cuts real numbers to whole ones; feed whole numbers instead")
        if to == "FLOAT32" and exporter.tensor(operator.inputs[0]).type in ("INT32", "INT64"):
            return [exporter.node("Cast", operator, [exporter.value(operator.inputs[0], operator)], to=1)]
    return [exporter.value(operator.inputs[0], operator)]
