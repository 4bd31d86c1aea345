"""What calls that run something take, as in crnn.h; apart from `library`, since opening a model needs none of it."""

import ctypes
from ctypes import c_int32, c_int64, c_size_t, c_void_p

MAXIMUM_RANK = 8


class CArray(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("data", c_void_p),
        ("dtype", c_int32),
        ("rank", c_int32),
        ("shape", c_int64 * MAXIMUM_RANK),
        ("stride", c_int64 * MAXIMUM_RANK),
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
