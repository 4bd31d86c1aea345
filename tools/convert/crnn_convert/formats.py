"""Tells what a file is, by its content, and reads it."""

from __future__ import annotations

import pathlib
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import onnx

from . import architecture, frozen_graph, keras_file, onnx_export, pytorch
from .errors import ConversionError, ConversionWarning

#: What the parsers of zip, HDF5, JSON and flatbuffers, and the reading of settings and weights, raise on damage.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
    onnx.checker.ValidationError,
    struct.error,
)


def candidates(
    path: str | pathlib.Path,
    *,
    example: Sequence[Any] | None = None,
    time_axis: int | Mapping[str, int] | None = None,
    trust_pickle: bool = False,
    keep_scales: bool = False,
    weights: str | pathlib.Path | None = None,
    submodule: str | None = None,
) -> Iterator[onnx.ModelProto]:
    """The model in a file as ONNX; more than once where there are several ways to write it, the likelier one first.

    See `crnn_convert.to_onnx` for the parameters.
    """
    path = pathlib.Path(path)
    if not path.exists():
        raise ConversionError(f"{path}: there is no such file")
    if path.suffix in (".json", ".toml"):
        try:
            yield onnx_export.export(architecture.read(path, None if weights is None else pathlib.Path(weights)))
        except _DAMAGE as error:
            raise ConversionError(f"{path}: the file or its weights are damaged ({error!r})") from error
        return
    if frozen_graph.is_graph(path):
        yield frozen_graph.convert(path)
        return
    if path.is_dir():
        raise ConversionError(f"{path}: this folder is no SavedModel of TensorFlow")
    try:
        kind = pytorch.kind_of(path)
    except OSError:
        raise
    except _DAMAGE as error:
        raise ConversionError(f"{path}: the archive is damaged ({error!r})") from error
    if kind is not None:
        module = pytorch.part(pytorch.load(path, kind, trust_pickle), submodule)
        for _, model in pytorch.exports(module, example, time_axis=time_axis):
            yield model
        return
    reader, description = _reader(path)
    try:
        yield reader(path, keep_scales)
    except _DAMAGE as error:
        raise ConversionError(f"{path}: the file is damaged or not {description} ({error!r})") from error


def _reader(path: pathlib.Path) -> tuple[Callable[[pathlib.Path, bool], onnx.ModelProto], str]:
    with path.open("rb") as file:
        start = file.read(8)
    if start[4:8] == b"TFL3":
        return _tflite, "one that TensorFlow's converter wrote"
    if path.suffix == ".onnx":
        return (lambda path, _: onnx.load(path)), "an ONNX file"
    return _keras, "one that Keras wrote"


def _keras(path: pathlib.Path, _: bool) -> onnx.ModelProto:
    return onnx_export.export(keras_file.read(path))


def _tflite(path: pathlib.Path, keep_scales: bool) -> onnx.ModelProto:
    from .tflite import export, file

    model, notes = export.export(file.read(path), path.stem, onnx_export.VERSION, keep_scales)
    for note in notes:
        warnings.warn(note, ConversionWarning, stacklevel=4)
    return model
