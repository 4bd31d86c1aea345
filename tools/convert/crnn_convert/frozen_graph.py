"""TensorFlow's frozen graphs and SavedModels: what stands in them, and the tf2onnx command that makes ONNX of them.

Their operators are TensorFlow's, some thousand of them; tf2onnx knows them. Where it is not installed, a graph is
refused with the command to run where it is. The constants of a frozen graph can be read all the same (`weights.py`).
"""

from __future__ import annotations

import importlib.util
import math
import pathlib
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import onnx

from .errors import ConversionError

_TYPES = {1: np.float32, 2: np.float64, 3: np.int32, 4: np.uint8, 5: np.int16, 6: np.int8, 9: np.int64, 10: np.bool_}

#: Elements of a constant whose values are all the same.
_LARGEST = 1 << 27

#: Operators that turn sound into features: the network begins behind the last of them.
_FRONT_ENDS = ("Mfcc", "AudioSpectrogram", "DecodeWav")


@dataclass
class Node:
    """A NodeDef of TensorFlow's graph.proto."""

    name: str = ""
    operation: str = ""
    inputs: list[str] = field(default_factory=list)
    attributes: dict[str, bytes] = field(default_factory=dict)


def is_graph(path: pathlib.Path) -> bool:
    """True for a SavedModel's folder and for a file that begins with a GraphDef's first node."""
    if path.is_dir():
        return (path / "saved_model.pb").is_file()
    return path.suffix == ".pb"


def convert(path: pathlib.Path) -> onnx.ModelProto:
    """By tf2onnx, where it and TensorFlow are installed. Raises ConversionError with the command where they are not."""
    with tempfile.TemporaryDirectory(prefix="crnn_convert.") as folder:
        output = pathlib.Path(folder) / "model.onnx"
        missing = [name for name in ("tf2onnx", "tensorflow") if importlib.util.find_spec(name) is None]
        if missing:
            shown = shlex.join(["python3", *_command(path, path.with_suffix(".onnx"))])
            raise ConversionError(
                f"{path}: TensorFlow's graphs are read by tf2onnx; {' and '.join(missing)} is missing. Run where both "
                f"are installed (pip install tf2onnx tensorflow):\n  {shown}\nand convert {path.with_suffix('.onnx')}"
            )
        process = subprocess.run([sys.executable, *_command(path, output)], capture_output=True, text=True, check=False)
        if process.returncode != 0 or not output.is_file():
            lines = process.stderr.strip().splitlines()
            raise ConversionError(f"{path}: tf2onnx cannot read it: {lines[-1] if lines else 'it said nothing'}")
        return onnx.load(output)


def _command(path: pathlib.Path, output: pathlib.Path) -> list[str]:
    command = ["-m", "tf2onnx.convert"]
    if path.is_dir():
        command += ["--saved-model", str(path)]
    else:
        inputs, outputs = ports(nodes(path))
        command += ["--graphdef", str(path), "--inputs", ",".join(inputs), "--outputs", ",".join(outputs)]
    return [*command, "--opset", "17", "--output", str(output)]


def ports(graph: list[Node]) -> tuple[list[str], list[str]]:
    """The tensors where the network begins (behind a front end of sound) and ends."""
    for operation in _FRONT_ENDS:
        if begins := [node.name for node in graph if node.operation == operation]:
            break
    else:
        begins = [node.name for node in graph if node.operation == "Placeholder"]
    read = {source.lstrip("^").split(":")[0] for node in graph for source in node.inputs}
    ignored = ("Const", "Placeholder", "NoOp", "Assert")
    ends = [node.name for node in graph if node.name not in read and node.operation not in ignored]
    return [f"{name}:0" for name in begins], [f"{name}:0" for name in ends]


def nodes(path: pathlib.Path) -> list[Node]:
    """The nodes of a frozen graph. Raises ConversionError where the file is none."""
    try:
        found = [_node(value) for number, value in _fields(path.read_bytes()) if number == 1]
    except (IndexError, TypeError, UnicodeDecodeError, ValueError) as error:
        raise ConversionError(f"{path}: this is no frozen graph of TensorFlow ({error})") from error
    if not any(node.operation for node in found):
        raise ConversionError(f"{path}: this is no frozen graph of TensorFlow")
    return found


def constants(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The values of a frozen graph's constants, by the names of their nodes."""
    arrays, room = {}, _LARGEST
    for node in nodes(path):
        if node.operation == "Const" and "value" in node.attributes:
            values = _tensor(node.attributes["value"])
            if values is not None:
                arrays[node.name] = values
                room -= values.size if values.flags.owndata else 0
                if room < 0:
                    raise ConversionError(f"{path}: its constants are too large")
    return arrays


def _node(content: bytes) -> Node:
    node = Node()
    for number, value in _fields(content):
        if number == 1:
            node.name = _text(value)
        elif number == 2:
            node.operation = _text(value)
        elif number == 3:
            node.inputs.append(_text(value))
        elif number == 5:
            entry = dict(_fields(value))
            node.attributes[_text(entry.get(1, b""))] = entry.get(2, b"")
    return node


def _tensor(attribute: bytes) -> np.ndarray | None:
    """An AttrValue's TensorProto, as numbers; None where it holds texts or none."""
    (stored,) = [value for number, value in _fields(attribute) if number == 8] or [None]
    if stored is None:
        return None
    kind, shape, content, single, is_empty = None, [], b"", None, True
    for number, value in _fields(stored):
        is_empty &= number <= 3
        if number == 1:
            kind = _TYPES.get(value)
        elif number == 2:
            shape = [dict(_fields(axis)).get(1, 0) for place, axis in _fields(value) if place == 2]
        elif number == 4:
            content = value
        elif number == 5:  # float_val, packed: one for all, or all of them
            single = np.frombuffer(value, np.float32) if isinstance(value, bytes) else None
    if kind is None:
        return None
    if content:
        return np.frombuffer(content, kind).reshape(shape)
    if is_empty or (single is not None and not single.size):
        single = np.zeros(1, np.float32)
    if single is None:
        return None
    if math.prod(shape) > _LARGEST:
        raise ConversionError(f"a constant of shape {shape} is too large")
    # TensorFlow leaves out what repeats the last value.
    if single.size == 1:
        # A few bytes of the file, and as few of memory.
        return np.broadcast_to(single[0].astype(kind), shape)
    values = np.full(shape, single[-1], kind)
    values.reshape(-1)[: single.size] = single
    return values


def _text(value: int | bytes) -> str:
    if not isinstance(value, bytes):
        raise ValueError("a name is a number")
    return value.decode()


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message in protobuf's wire format."""
    position = 0
    while position < len(content):
        key, position = _number(content, position)
        kind = key & 7
        if kind == 0:
            value, position = _number(content, position)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, position = content[position : position + size], position + size
        elif kind == 2:
            size, position = _number(content, position)
            value, position = content[position : position + size], position + size
        else:
            raise ValueError(f"a field of kind {kind}")
        if position > len(content):
            raise ValueError("it is cut short")
        yield key >> 3, value


def _number(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
        if shift > 63:
            raise ValueError("a number is too long")
