"""Finds and loads the shared libraries, and says to ctypes what crnn.h and crnn_image.h say to C."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, byref, c_char, c_char_p, c_float, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Optional

from .errors import RuntimeEnvironmentError, error

HEADER_VERSION = 1_000  # crnn.h 0.1.0, whose structures stand below

OK = 0
ARGUMENT, SHAPE, TYPE, PORT = 100, 101, 102, 103
FINISHED, STREAM, INCOMPLETE = 300, 301, 302
CAPACITY, TOO_LONG, OUTPUT_PENDING = 400, 401, 402
OPEN = 500

U8, S16, F32, S32 = 1, 2, 3, 4
INPUT, OUTPUT = 0, 1
MAXIMUM_RANK = 8
MEMORY_ALIGNMENT = 16


class CError(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("status", c_int32), ("message", c_char * 244)]


class CArray(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("data", c_void_p),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("shape", c_int64 * MAXIMUM_RANK),
        ("stride", c_int64 * MAXIMUM_RANK),
    ]


class CModelOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("isa", c_char_p), ("defer_checksum", c_int32), ("reserved", c_int32)]


class CPortInfo(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("native_dtype", c_int32),
        ("rank", c_int32),
        ("shape", c_int64 * 4),
        ("integer_scale", c_float),
        ("per_sequence", c_int32),
        ("fixed_frames", c_int64),
        ("rate_numerator", c_int32),
        ("rate_denominator", c_int32),
    ]


class CTiming(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("depends", c_int32),
        ("whole_past", c_int32),
        ("whole_sequence", c_int32),
        ("reserved", c_int32),
        ("input_frames", c_int64),
        ("output_frames", c_int64),
        ("lookahead", c_int64),
        ("receptive_field", c_int64),
    ]


class CStreamOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("chunk", c_int32),
        ("reserved", c_int32),
        ("maximum_frames", c_int64),
    ]


class CProcessCall(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("model", c_void_p),
        ("stream", c_void_p),
        ("input", c_void_p),
        ("output", c_void_p),
        ("error", c_void_p),
        ("frames", c_int64),
        ("finish", c_int32),
        ("reserved", c_int32),
    ]


CExecutorTask = ctypes.CFUNCTYPE(None, c_void_p, c_int32)
CExecutorRun = ctypes.CFUNCTYPE(None, c_void_p, CExecutorTask, c_void_p, c_int32)


class CExecutor(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("context", c_void_p),
        ("run", CExecutorRun),
        ("width", c_int32),
        ("reserved", c_int32),
    ]


class CBatchOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("executor", c_void_p),
        ("maximum_frames", c_int64),
        ("chunk", c_int32),
        ("together", c_int32),
    ]


class CBatchItem(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("inputs", c_void_p),
        ("outputs", c_void_p),
        ("input_count", c_int32),
        ("output_count", c_int32),
        ("status", c_int32),
        ("order", c_int32),
    ]


class CImage(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("width", c_int32),
        ("height", c_int32),
        ("channels", c_int32),
        ("reserved", c_int32),
        ("row_bytes", c_int64),
        ("pixels", c_void_p),
    ]


class CImageOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("maximum_pixels", c_int64)]


class CImageRecipe(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("channels", c_int32),
        ("background", c_uint32),
        ("width", c_int32),
        ("height", c_int32),
        ("filter", c_int32),
        ("invert", c_int32),
        ("scale", c_float),
        ("layout", c_int32),
    ]


def sized(structure, **fields):
    """A structure that carries its size."""
    return structure(struct_size=ctypes.sizeof(structure), **fields)


_ERROR = POINTER(CError)
_ARRAY = POINTER(CArray)

_RUNTIME_FUNCTIONS = {
    "crnn_version": (c_uint32, []),
    "crnn_abi_check": (c_int32, [c_uint32]),
    "crnn_model_open": (c_int32, [c_char_p, POINTER(CModelOptions), POINTER(c_void_p), _ERROR]),
    "crnn_model_destroy": (None, [c_void_p]),
    "crnn_run": (c_int32, [c_void_p, _ARRAY, c_int32, _ARRAY, c_int32, _ERROR]),
    "crnn_model_port_count": (c_int32, [c_void_p, c_int32]),
    "crnn_model_port": (c_int32, [c_void_p, c_int32, c_int32, POINTER(CPortInfo), _ERROR]),
    "crnn_model_output_frames": (c_int32, [c_void_p, c_int32, POINTER(c_int64), c_int32, POINTER(c_int64), _ERROR]),
    "crnn_model_timing": (c_int32, [c_void_p, c_int32, c_int32, POINTER(CTiming), _ERROR]),
    "crnn_model_span": (
        c_int32,
        [c_void_p, c_int32, c_int32, c_int64, c_int64, POINTER(c_int64), POINTER(c_int64), _ERROR],
    ),
    "crnn_model_text": (c_char_p, [c_void_p, c_char_p]),
    "crnn_model_is_bounded": (c_int32, [c_void_p]),
    "crnn_model_isa": (c_char_p, [c_void_p]),
    "crnn_stream_size": (c_int32, [c_void_p, POINTER(CStreamOptions), POINTER(c_size_t), _ERROR]),
    "crnn_stream_create": (c_int32, [c_void_p, POINTER(CStreamOptions), POINTER(c_void_p), _ERROR]),
    "crnn_stream_destroy": (None, [c_void_p]),
    "crnn_stream_bytes": (c_size_t, [c_void_p]),
    "crnn_stream_restore": (c_int32, [c_void_p, c_void_p, c_size_t, POINTER(c_void_p), _ERROR]),
    "crnn_stream_reset": (c_int32, [c_void_p, c_void_p, _ERROR]),
    "crnn_stream_process": (c_int32, [c_void_p, c_void_p, _ARRAY, c_int32, _ARRAY, POINTER(c_int64), _ERROR]),
    "crnn_stream_process_call": (c_int32, [c_void_p]),
    "crnn_stream_push": (c_int32, [c_void_p, c_void_p, c_int32, _ARRAY, _ERROR]),
    "crnn_stream_finish": (c_int32, [c_void_p, c_void_p, c_int32, _ERROR]),
    "crnn_stream_pull": (c_int32, [c_void_p, c_void_p, c_int32, _ARRAY, POINTER(c_int64), _ERROR]),
    "crnn_batch_run": (
        c_int32,
        [c_void_p, POINTER(CBatchOptions), c_void_p, c_size_t, POINTER(CBatchItem), c_int32, _ERROR],
    ),
    "crnn_isa_count": (c_int32, []),
    "crnn_isa_name": (c_char_p, [c_int32]),
    "crnn_isa_supported": (c_int32, [c_int32]),
}

_IMAGE_FUNCTIONS = {
    "crnn_image_decode_file": (c_int32, [c_char_p, POINTER(CImageOptions), POINTER(CImage), _ERROR]),
    "crnn_image_decode_memory": (c_int32, [c_char_p, c_size_t, POINTER(CImageOptions), POINTER(CImage), _ERROR]),
    "crnn_image_free": (None, [POINTER(CImage)]),
    "crnn_image_recipe_parse": (c_int32, [c_char_p, POINTER(CImageRecipe), _ERROR]),
    "crnn_image_prepare": (
        c_int32,
        [
            POINTER(CImageRecipe),
            POINTER(CImage),
            POINTER(CPortInfo),
            c_void_p,
            c_size_t,
            _ARRAY,
            POINTER(c_size_t),
            _ERROR,
        ],
    ),
}


def _candidates() -> list[str]:
    named = os.environ.get("CRNN_LIBRARY")
    if named:
        return [named]
    package = os.path.dirname(os.path.realpath(__file__))
    built = os.path.join(package, "..", "..", "..", "build")
    return [os.path.join(folder, "libcrnn.so") for folder in (package, os.path.normpath(built))]


def _load(path: str, functions) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(path)
        for name, (result, arguments) in functions.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments
    except (OSError, AttributeError) as problem:
        raise RuntimeEnvironmentError(OPEN, f"{path} is not a library of this package: {problem}") from None
    return library


def _find() -> str:
    candidates = _candidates()
    for path in candidates:
        if os.path.exists(path):
            return os.path.realpath(path)
    looked = " or ".join(candidates)
    raise RuntimeEnvironmentError(
        OPEN, f"libcrnn.so is not at {looked}: run `make` and `pip install ./bindings/python`, or set CRNN_LIBRARY"
    )


_path = _find()
runtime = _load(_path, _RUNTIME_FUNCTIONS)
if runtime.crnn_abi_check(HEADER_VERSION) != OK:
    raise error(105, f"{_path} has version {runtime.crnn_version()}, which this package does not fit; install it again")

_image: Optional[ctypes.CDLL] = None


def image() -> ctypes.CDLL:
    """The image library, loaded when it is first needed."""
    global _image
    if _image is None:
        path = os.path.join(os.path.dirname(_path), "libcrnn_image.so")
        if not os.path.exists(path):
            raise RuntimeEnvironmentError(OPEN, f"images need libcrnn_image.so, which is not at {path}: run `make`")
        _image = _load(path, _IMAGE_FUNCTIONS)
    return _image


def check(function, *arguments) -> None:
    """Calls a function whose last parameter is a ``crnn_error *``; raises what it reports."""
    problem = sized(CError)
    status = function(*arguments, byref(problem))
    if status != OK:
        raise error(status, problem.message.decode("utf-8", "replace") or f"status {status}")
