"""Keras models (.keras, .h5) to ONNX, and on to crnn's own format. Needs h5py, NumPy and onnx; no TensorFlow.

python3 -m crnn_convert digits.keras -o digits.crnn --calibrate images/

import crnn_convert
onnx_model = crnn_convert.to_onnx("digits.keras")
"""

from __future__ import annotations

import pathlib
import zipfile
import zlib

import onnx

from .errors import ConversionError
from .keras_file import read
from .onnx_export import VERSION as __version__
from .onnx_export import export

# What the parsers of zip, HDF5 and JSON, and the reading of settings and weights, raise on what Keras did not write.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
    onnx.checker.ValidationError,
)

__all__ = ["ConversionError", "__version__", "to_onnx"]


def to_onnx(path: str | pathlib.Path) -> onnx.ModelProto:
    """The model in a `.keras` or `.h5` file as ONNX (opset 17).

    Inputs and outputs keep Keras' names and shapes: (batch `N`, …, channels). Raises ConversionError, whose text names
    the layer that cannot be converted, its class, and what would work.
    """
    try:
        return export(read(path))
    except _DAMAGE as error:
        raise ConversionError(f"{path}: the file is damaged or not one that Keras wrote ({error!r})") from error
