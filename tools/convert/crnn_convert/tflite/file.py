"""Opens a `.tflite` file and hands over plain lists of tensors and operators, with the constants as arrays."""

from __future__ import annotations

import pathlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ConversionError

#: Names of tensor types that NumPy knows by another name or not at all.
_TYPES = {"FLOAT32": "float32", "BOOL": "bool", "FLOAT16": "float16", "FLOAT64": "float64"}
PACKED = {"INT4", "UINT4", "INT2"}


@dataclass
class Quantization:
    """`real = (stored - zero_point) · scale`, one entry or one for each index along `axis`."""

    scale: np.ndarray
    zero_point: np.ndarray
    axis: int


@dataclass
class Tensor:
    number: int
    name: str
    type: str
    #: -1 where the file leaves the size open.
    shape: tuple[int, ...]
    constant: np.ndarray | None
    quantization: Quantization | None
    #: Keeps its value from call to call: a state.
    is_variable: bool


@dataclass
class Operator:
    kind: str
    inputs: list[int]
    outputs: list[int]
    #: The table of settings; its members are methods (`options.StrideW()`), None where the operator has none.
    options: Any
    name: str = ""


@dataclass
class Subgraph:
    name: str
    tensors: list[Tensor]
    operators: list[Operator]
    inputs: list[int]
    outputs: list[int]


@dataclass
class Model:
    subgraphs: list[Subgraph]
    description: str = ""
    #: Names that the file gives inputs and outputs of its first subgraph, by tensor.
    names: dict[int, str] = field(default_factory=dict)


def read(path: str | pathlib.Path) -> Model:
    """The model in a file. Raises ConversionError, and whatever reading a damaged file raises."""
    try:
        import tflite
    except ImportError as error:
        raise ConversionError(f"{path}: .tflite files need the package tflite: pip install tflite") from error

    content = pathlib.Path(path).read_bytes()
    if content[4:8] != b"TFL3":
        raise ConversionError(f"{path}: this is no .tflite file")
    model = tflite.Model.GetRootAs(content, 0)
    codes = [model.OperatorCodes(index) for index in range(model.OperatorCodesLength())]
    kinds = {number: name for name, number in vars(tflite.BuiltinOperator).items() if isinstance(number, int)}
    types = {number: name for name, number in vars(tflite.TensorType).items() if isinstance(number, int)}
    options = {number: name for name, number in vars(tflite.BuiltinOptions).items() if isinstance(number, int)}

    def operator_of(stored) -> Operator:
        code = codes[stored.OpcodeIndex()]
        # Files from before 2020 keep the number in a byte.
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        kind = kinds.get(number, f"operator {number}")
        if kind == "CUSTOM":
            kind = f"custom operator {_text(code.CustomCode())}"
        table = stored.BuiltinOptions()
        reader = getattr(tflite, options.get(stored.BuiltinOptionsType(), ""), None)
        settings = None
        if table is not None and reader is not None:
            settings = reader()
            settings.Init(table.Bytes, table.Pos)
        inputs = [stored.Inputs(index) for index in range(stored.InputsLength())]
        return Operator(kind, inputs, [stored.Outputs(index) for index in range(stored.OutputsLength())], settings)

    def tensor_of(number: int, stored) -> Tensor:
        kind = types.get(stored.Type(), f"type {stored.Type()}")
        fixed = [stored.Shape(axis) for axis in range(stored.ShapeLength())]
        open_ = [stored.ShapeSignature(axis) for axis in range(stored.ShapeSignatureLength())]
        shape = tuple(open_ if len(open_) == len(fixed) else fixed)
        buffer = model.Buffers(stored.Buffer())
        # TensorFlow joins the names of all that became one operator.
        name = _text(stored.Name()).split(";")[0] or f"tensor_{number}"
        constant = None
        if stored.Sparsity() is not None:
            raise ConversionError(
                f"tensor '{name}': its weights are stored sparsely; convert the model without sparsity"
            )
        if buffer is not None and buffer.DataLength() > 0:
            constant = _values(name, kind, fixed, buffer.DataAsNumpy())
        return Tensor(number, name, kind, shape, constant, _quantization(stored.Quantization()), stored.IsVariable())

    def subgraph_of(stored) -> Subgraph:
        tensors = [tensor_of(index, stored.Tensors(index)) for index in range(stored.TensorsLength())]
        operators = [operator_of(stored.Operators(index)) for index in range(stored.OperatorsLength())]
        for operator in operators:
            operator.name = next((tensors[index].name for index in operator.outputs if index >= 0), operator.kind)
        inputs = [stored.Inputs(index) for index in range(stored.InputsLength())]
        outputs = [stored.Outputs(index) for index in range(stored.OutputsLength())]
        return Subgraph(_text(stored.Name()), tensors, operators, inputs, outputs)

    names: dict[int, str] = {}
    if model.SignatureDefsLength() > 0:
        signature = model.SignatureDefs(0)
        for count, entry in ((signature.InputsLength, signature.Inputs), (signature.OutputsLength, signature.Outputs)):
            for index in range(count()):
                names[entry(index).TensorIndex()] = _text(entry(index).Name())
    subgraphs = [subgraph_of(model.Subgraphs(index)) for index in range(model.SubgraphsLength())]
    if not subgraphs:
        raise ConversionError(f"{path}: the file holds no network")
    return Model(subgraphs, _text(model.Description()), names)


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace") if value else ""


def _values(name: str, kind: str, shape: list[int], stored: np.ndarray) -> np.ndarray:
    if kind in PACKED:
        return _unpacked(kind, shape, stored)
    try:
        return stored.view(np.dtype(_TYPES.get(kind, kind.lower()))).reshape(shape)
    except (TypeError, ValueError) as error:
        raise ConversionError(f"tensor '{name}': its {stored.size} bytes are no {kind} of shape {shape}") from error


def _unpacked(kind: str, shape: list[int], stored: np.ndarray) -> np.ndarray:
    """Numbers of 2 or 4 bits, the lowest bits first."""
    bits = int(kind[-1])
    mask, count = (1 << bits) - 1, 8 // bits
    values = np.stack([(stored >> (bits * place)) & mask for place in range(count)], axis=-1).ravel()
    values = values[: int(np.prod(shape))].astype(np.int8)
    if not kind.startswith("U"):
        values = np.where(values >= 1 << (bits - 1), values - (1 << bits), values).astype(np.int8)
    return values.reshape(shape)


def _quantization(stored) -> Quantization | None:
    if stored is None or stored.ScaleLength() == 0:
        return None
    scale = np.array(stored.ScaleAsNumpy(), np.float32)
    zero_point = np.array(stored.ZeroPointAsNumpy() if stored.ZeroPointLength() else np.zeros(scale.size), np.int64)
    return Quantization(scale, zero_point, stored.QuantizedDimension())
