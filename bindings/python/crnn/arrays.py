"""NumPy arrays as ``crnn_array``: what is passed as it is, what is copied first, and what is refused."""

from typing import Union

import numpy as np

from .errors import ArgumentError
from .library import SHAPE, TYPE, sized
from .ports import DTYPES
from .structures import CArray

Arrays = Union[np.ndarray, dict[str, np.ndarray]]


def as_input(value, port, leading: tuple[int, ...]) -> np.ndarray:
    """What a caller gave for ``port``, in a type that the library takes; copied only where it must be.

    ``leading`` lists how many axes may stand in front of the frame's own.
    """
    rank = len(port.shape)
    if (
        type(value) is np.ndarray
        and value.dtype == np.float32
        and value.flags.c_contiguous
        and value.flags.aligned
        and value.ndim - rank in leading
        and value.shape[value.ndim - rank :] == port.shape
    ):
        return value  # what most callers give, in the least time
    try:
        array = np.asarray(value)
    except ValueError as problem:  # nested lists of unequal lengths
        raise ArgumentError(SHAPE, f"port '{port.name}': {problem}") from None
    if not array.dtype.isnative:
        turned = array.dtype.newbyteorder("=")
        raise ArgumentError(
            TYPE, f"port '{port.name}': {array.dtype} has a foreign byte order; convert it with .astype('{turned}')"
        )
    if array.ndim - rank not in leading or array.shape[array.ndim - rank :] != port.shape:
        expected = " or ".join(str(rank + count) for count in leading)
        raise ArgumentError(
            SHAPE,
            f"port '{port.name}' takes frames of shape {port.shape} in arrays of rank {expected}; "
            f"this one has shape {array.shape}",
        )
    if port.dtype == np.int32 and array.dtype.kind in "iu":
        array = _as_indices(array, port)
    elif array.dtype in (np.dtype(np.float64), np.dtype(np.float16)):
        # What lies outside float32 becomes infinite, which the library saturates like any other large value.
        with np.errstate(over="ignore"):
            array = array.astype(np.float32)
    if array.dtype not in DTYPES:
        raise ArgumentError(
            TYPE, f"port '{port.name}' takes float32, uint8 or int16 (int32 for indices), not {array.dtype}"
        )
    # Strides of zero mean "dense" to the library, but to NumPy that one element stands everywhere; and a sequence of a
    # batch may have no other strides.
    if not array.flags.aligned or any(count > 1 and step == 0 for count, step in zip(array.shape, array.strides)):
        array = np.array(array, order="C")
    return array


def _as_indices(array: np.ndarray, port) -> np.ndarray:
    limits = np.iinfo(np.int32)
    if array.size and (array.min() < limits.min or array.max() > limits.max):
        raise ArgumentError(TYPE, f"port '{port.name}': an index does not fit into 32 bits")
    return array.astype(np.int32, copy=False)


def as_c_array(array: np.ndarray) -> CArray:
    """A view for the library. ``array`` must outlive it."""
    view = sized(CArray, data=array.ctypes.data, dtype=DTYPES[array.dtype], rank=array.ndim)
    view.shape[: array.ndim] = array.shape
    if not array.flags.c_contiguous:
        view.stride[: array.ndim] = array.strides
    return view
