"""Steps of a stream with one input and one output port: each is one call of the library."""

from __future__ import annotations

import ctypes
from ctypes import addressof, c_void_p
from typing import Optional

import numpy as np

from .arrays import as_c_array, native_dtype
from .errors import error
from .library import CAPACITY, F32, OK, CError, runtime, sized

# Arrays of up to so many bytes travel through a buffer whose address is known: NumPy takes longer to tell theirs.
_BUFFER_BYTES = 16_384


class SinglePorts:
    """Calls crnn_stream_process with structures that are made once. Not for several threads at a time."""

    def __init__(self, model, handle):
        self._output_port = model.outputs[0]
        self._ratio = _ratio(model.inputs[0], model.outputs[0])
        self._frames = ctypes.c_int64()
        self._error = sized(CError)
        self._inputs: dict[np.dtype, _Buffer] = {}
        self._input_shape = model.inputs[0].shape
        self._output = _Buffer(self._output_port.shape, native_dtype(F32))
        # Addresses of structures that live as long as this object, in their cheapest form for ctypes.
        self._function = runtime["crnn_stream_process"]
        self._function.restype = ctypes.c_int32
        self._function.argtypes = [c_void_p, c_void_p, c_void_p, ctypes.c_int32, c_void_p, c_void_p, c_void_p]
        self._handles = (model._handle.value, handle.value)
        self._end = (addressof(self._frames), addressof(self._error))
        # Of the frames that came last: their shape and type, where the next ones go, and the whole call.
        self._last: tuple = (None, None, None, ())

    def forget(self) -> None:
        """The stream was reset: nothing is kept here."""

    def push(self, arrays: dict[int, np.ndarray]) -> np.ndarray:
        """Gives an array as the library takes it, and returns what is ready. Where it raises, nothing was consumed."""
        return self._step(arrays[0], False)

    def push_again(self, frames: np.ndarray) -> Optional[np.ndarray]:
        """The same for frames of the shape and type of those before, which need no check; None for others."""
        shape, dtype, place, call = self._last
        if frames.shape != shape or frames.dtype is not dtype:
            return None
        place[...] = frames
        # What it refuses, it has not taken: `push` tells why.
        return self._output.array[: self._frames.value].copy() if self._function(*call) == OK else None

    def finish(self, port: Optional[int]) -> np.ndarray:
        """Ends the sequence and returns the rest."""
        return self._step(None, True)

    def _step(self, frames: Optional[np.ndarray], finish: bool) -> np.ndarray:
        count, view = 0, None
        if frames is not None:
            count = len(frames)
            buffer = self._inputs.get(frames.dtype)
            if buffer is None:
                buffer = self._inputs[frames.dtype] = _Buffer(self._input_shape, frames.dtype)
            if count <= buffer.capacity:
                view = buffer.filled(frames)
                call = (*self._handles, view, False, self._output.address, *self._end)
                self._last = (frames.shape, frames.dtype, buffer.array[:count], call)
            else:
                self._last = (None, None, None, ())
                large = as_c_array(frames)
                view = addressof(large)
        held, room = self._output, int(count * self._ratio) + 1
        while True:
            if room > held.capacity:
                held = _Buffer(self._output_port.shape, held.array.dtype, room)
            status = self._function(*self._handles, view, finish, held.address, *self._end)
            ready = self._frames.value
            if status == OK:
                result = held.array[:ready]
                return result.copy() if held is self._output else result
            if status != CAPACITY:
                raise error(status, self._error.message.decode("utf-8", "replace"))
            room = ready


class _Buffer:
    """Frames of memory and the library's view of it."""

    def __init__(self, shape: tuple[int, ...], dtype, capacity: Optional[int] = None):
        frame_bytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
        self.capacity = max(1, _BUFFER_BYTES // frame_bytes) if capacity is None else capacity
        self.array = np.empty((self.capacity, *shape), dtype)
        self.view = as_c_array(self.array)
        self.address = addressof(self.view)

    def filled(self, frames: np.ndarray):
        """The address of the view, with these frames in it."""
        self.array[: len(frames)] = frames
        self.view.shape[0] = len(frames)
        return self.address


def _ratio(source, target) -> float:
    """How many frames come out for each that goes in."""
    return float(target.rate / source.rate) if source.rate else 0.0
