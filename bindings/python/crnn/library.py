"""Finds and loads the shared libraries, and says to ctypes what crnn.h and crnn_image.h say to C."""

import ctypes
import os
from ctypes import byref, c_char, c_char_p, c_float, c_int32, c_int64, c_size_t, c_uint32, c_void_p
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
MEMORY_ALIGNMENT = 16


class CError(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("status", c_int32), ("message", c_char * 244)]


class CModelOptions(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("isa", c_char_p), ("defer_checksum", c_int32), ("copy_file", c_int32)]


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


class CStreamOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("chunk", c_int32),
        ("reserved", c_int32),
        ("maximum_frames", c_int64),
    ]


def sized(structure, **fields):
    """A structure that carries its size."""
    return structure(struct_size=ctypes.sizeof(structure), **fields)


#: Whatever points to something, `byref` and arrays too: types of pointers of their own would take longer to make than a
#: model to open.
_POINTER = c_void_p

_RUNTIME_FUNCTIONS = {
    "crnn_version": (c_uint32, []),
    "crnn_abi_check": (c_int32, [c_uint32]),
    "crnn_model_open": (c_int32, [c_char_p, _POINTER, _POINTER, _POINTER]),
    "crnn_model_destroy": (None, [_POINTER]),
    "crnn_run": (c_int32, [_POINTER, _POINTER, c_int32, _POINTER, c_int32, _POINTER]),
    "crnn_model_port_count": (c_int32, [_POINTER, c_int32]),
    "crnn_model_port": (c_int32, [_POINTER, c_int32, c_int32, _POINTER, _POINTER]),
    "crnn_model_output_frames": (c_int32, [_POINTER, c_int32, _POINTER, c_int32, _POINTER, _POINTER]),
    "crnn_model_timing": (c_int32, [_POINTER, c_int32, c_int32, _POINTER, _POINTER]),
    "crnn_model_span": (
        c_int32,
        [_POINTER, c_int32, c_int32, c_int64, c_int64, _POINTER, _POINTER, _POINTER],
    ),
    "crnn_model_text": (c_char_p, [_POINTER, c_char_p]),
    "crnn_model_prepare_size": (c_int32, [_POINTER, _POINTER, _POINTER]),
    "crnn_model_prepare": (c_int32, [_POINTER, _POINTER, c_size_t, _POINTER]),
    "crnn_model_is_bounded": (c_int32, [_POINTER]),
    "crnn_model_isa": (c_char_p, [_POINTER]),
    "crnn_stream_size": (c_int32, [_POINTER, _POINTER, _POINTER, _POINTER]),
    "crnn_stream_create": (c_int32, [_POINTER, _POINTER, _POINTER, _POINTER]),
    "crnn_stream_destroy": (None, [_POINTER]),
    "crnn_stream_bytes": (c_size_t, [_POINTER]),
    "crnn_stream_restore": (c_int32, [_POINTER, _POINTER, c_size_t, _POINTER, _POINTER]),
    "crnn_stream_reset": (c_int32, [_POINTER, _POINTER, _POINTER]),
    "crnn_stream_process": (c_int32, [_POINTER, _POINTER, _POINTER, c_int32, _POINTER, _POINTER, _POINTER]),
    "crnn_stream_process_call": (c_int32, [_POINTER]),
    "crnn_stream_push": (c_int32, [_POINTER, _POINTER, c_int32, _POINTER, _POINTER]),
    "crnn_stream_finish": (c_int32, [_POINTER, _POINTER, c_int32, _POINTER]),
    "crnn_stream_pull": (c_int32, [_POINTER, _POINTER, c_int32, _POINTER, _POINTER, _POINTER]),
    "crnn_batch_run": (
        c_int32,
        [_POINTER, _POINTER, _POINTER, c_size_t, _POINTER, c_int32, _POINTER],
    ),
    "crnn_ctc_create": (c_int32, [_POINTER, _POINTER, _POINTER, _POINTER]),
    "crnn_ctc_destroy": (None, [_POINTER]),
    "crnn_ctc_reset": (c_int32, [_POINTER, _POINTER]),
    "crnn_ctc_push": (c_int32, [_POINTER, _POINTER, _POINTER]),
    "crnn_ctc_finish": (c_int32, [_POINTER, c_int64, _POINTER]),
    "crnn_ctc_result_at": (c_int32, [_POINTER, c_int32, _POINTER, _POINTER]),
    "crnn_isa_count": (c_int32, []),
    "crnn_isa_name": (c_char_p, [c_int32]),
    "crnn_isa_supported": (c_int32, [c_int32]),
}

_IMAGE_FUNCTIONS = {
    "crnn_image_decode_file": (c_int32, [c_char_p, _POINTER, _POINTER, _POINTER]),
    "crnn_image_decode_memory": (c_int32, [c_char_p, c_size_t, _POINTER, _POINTER, _POINTER]),
    "crnn_image_free": (None, [_POINTER]),
    "crnn_image_measure": (c_int32, [_POINTER, c_int32, c_int32, _POINTER, _POINTER]),
    "crnn_classify_batch": (
        c_int32,
        [_POINTER, _POINTER, _POINTER, c_int32, c_void_p, c_void_p, _POINTER],
    ),
    "crnn_read_batch": (c_int32, [_POINTER, _POINTER, _POINTER, c_int32, _POINTER]),
    "crnn_reading_free": (None, [_POINTER]),
    "crnn_explain_file": (c_int32, [_POINTER, _POINTER, c_char_p, _POINTER, _POINTER]),
    "crnn_explain_bytes": (c_int32, [_POINTER, _POINTER, c_char_p, c_size_t, _POINTER, _POINTER]),
    "crnn_explain_image": (c_int32, [_POINTER, _POINTER, _POINTER, _POINTER, _POINTER]),
    "crnn_explanation_free": (None, [_POINTER]),
    "crnn_image_recipe_parse": (c_int32, [c_char_p, _POINTER, _POINTER]),
    "crnn_image_prepare": (
        c_int32,
        [
            _POINTER,
            _POINTER,
            _POINTER,
            _POINTER,
            c_size_t,
            _POINTER,
            _POINTER,
            _POINTER,
        ],
    ),
}


def _candidates() -> "list[str]":
    named = os.environ.get("CRNN_LIBRARY")
    if named:
        return [os.path.realpath(named)]
    # As it is: links take time to follow, and the system does it, where it opens the file.
    package = os.path.dirname(__file__)
    return [os.path.join(folder, "libcrnn.so") for folder in (package, os.path.join(package, "../../../build"))]


class _Library:
    """A shared library whose functions get their types when they are first asked for."""

    def __init__(self, path: str, functions: dict):
        self.path, self._functions = path, functions
        try:
            self.cdll = ctypes.CDLL(path)
            getattr(self.cdll, next(iter(functions)))
        except (OSError, AttributeError) as problem:
            raise self._error(problem) from None

    def __getattr__(self, name: str):
        if name not in self._functions:
            raise AttributeError(name)
        try:
            function = getattr(self.cdll, name)
        except AttributeError as problem:
            raise self._error(problem) from None
        function.restype, function.argtypes = self._functions[name]
        setattr(self, name, function)
        return function

    def untyped(self, name: str, is_short: bool):
        """A function that takes what it is given as it is, such as references, which costs the least.

        During a short call Python's other threads wait: letting them go on, and waiting for one's own turn again, takes
        longer than that.
        """
        library = ctypes.PyDLL(None, handle=self.cdll._handle) if is_short else self.cdll
        return library[name]

    def _error(self, problem: Exception) -> RuntimeEnvironmentError:
        return RuntimeEnvironmentError(OPEN, f"{self.path} is not a library of this package: {problem}")


def _find() -> str:
    candidates = _candidates()
    for path in candidates:
        if os.path.exists(path):
            return path
    looked = " or ".join(map(os.path.realpath, candidates))
    raise RuntimeEnvironmentError(
        OPEN, f"libcrnn.so is not at {looked}: run `make` and `pip install ./bindings/python`, or set CRNN_LIBRARY"
    )


_path = _find()
runtime = _Library(_path, _RUNTIME_FUNCTIONS)
if runtime.crnn_abi_check(HEADER_VERSION) != OK:
    raise error(105, f"{_path} has version {runtime.crnn_version()}, which this package does not fit; install it again")

_image: "Optional[_Library]" = None


def image() -> _Library:
    """The image library, loaded when it is first needed."""
    global _image
    if _image is None:
        path = os.path.join(os.path.dirname(_path), "libcrnn_image.so")
        if not os.path.exists(path):
            raise RuntimeEnvironmentError(OPEN, f"images need libcrnn_image.so, which is not at {path}: run `make`")
        _image = _Library(path, _IMAGE_FUNCTIONS)
    return _image


_convert: "Optional[_Library]" = None


def convert_library(functions: dict) -> _Library:
    """The converter's library, loaded when it is first needed."""
    global _convert
    if _convert is None:
        path = os.path.join(os.path.dirname(_path), "libcrnn_convert.so")
        if not os.path.exists(path):
            problem = f"conversion needs libcrnn_convert.so, which is not at {path}: run `make`"
            raise RuntimeEnvironmentError(OPEN, problem)
        _convert = _Library(path, functions)
    return _convert


def check(function, *arguments) -> None:
    """Calls a function whose last parameter is a ``crnn_error *``; raises what it reports."""
    problem = sized(CError)
    status = function(*arguments, byref(problem))
    if status != OK:
        raise error(status, problem.message.decode("utf-8", "replace") or f"status {status}")
