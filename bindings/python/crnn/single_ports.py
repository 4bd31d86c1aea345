"""Steps of a stream with one input and one output port: each is one call of the library."""

from __future__ import annotations

import weakref
from ctypes import addressof, byref
from typing import Callable, Optional

import numpy as np

from .arrays import as_c_array
from .errors import error
from .library import CAPACITY, F32, OK, CError, runtime, sized
from .ports import native_dtype
from .step import Step
from .structures import CProcessCall

# Arrays of up to so many bytes travel through a buffer whose address is known: NumPy takes longer to tell theirs.
_BUFFER_BYTES = 16_384
# Bytes of weights that a short call reads, all of them for each frame: it takes some tens of microseconds at most.
_SHORT_BYTES = 1 << 20
_process = runtime.untyped("crnn_stream_process_call", is_short=False)
_process_shortly = runtime.untyped("crnn_stream_process_call", is_short=True)


def process_call(model, chunk: Optional[int], frames: int):
    """What processes so many frames, as a function of ctypes that is given a reference. `chunk` is None where it is not
    known."""
    # One frame may be the last of a chunk.
    weights = model._bytes * max(frames, chunk) if chunk else 0
    return _process_shortly if 0 < weights <= _SHORT_BYTES else _process


class SinglePorts:
    """Calls crnn_stream_process_call with structures that are made once. All but `push_again` need the lock.

    `push_again(frames)` is `push` for frames of the shape and type of those before; it gives None for others.
    """

    def __init__(self, model, handle, lock, chunk: Optional[int]):
        self._lock = lock
        self._model, self._chunk = model, chunk
        self._steps: weakref.WeakSet[Step] = weakref.WeakSet()
        self._output_port = model.outputs[0]
        self._ratio = _ratio(model.inputs[0], model.outputs[0])
        self._error = sized(CError)
        self._inputs: dict[np.dtype, Buffer] = {}
        self._input_shape = model.inputs[0].shape
        self._output = Buffer(self._output_port.shape, native_dtype(F32))
        self._call = sized(CProcessCall, model=model._handle, stream=handle, error=addressof(self._error))
        self._reference = byref(self._call)
        self.push_again, self._remember = _repeater(self._call, self._output.array, lock)

    def forget(self) -> None:
        """The stream was reset: the next frames take the long way. With the lock."""
        self._remember(None, None, None, None, None, None)

    def push(self, arrays: dict[int, np.ndarray]) -> np.ndarray:
        """Gives an array as the library takes it, and returns what is ready. Where it raises, nothing was consumed."""
        return self._step(arrays[0], False)

    def step(self, stream, frames: int, dtype) -> Step:
        """Calls with arrays of their own."""
        source = Buffer(self._input_shape, dtype, frames)
        target = Buffer(self._output_port.shape, native_dtype(F32), int(frames * self._ratio) + 1)
        step = Step(stream, self._lock, process_call(self._model, self._chunk, frames), source, target)
        self._steps.add(step)
        return step

    def close(self) -> None:
        """The stream is gone. With the lock."""
        self.forget()
        for step in self._steps:
            step.close()

    def finish(self, port: Optional[int]) -> np.ndarray:
        """Ends the sequence and returns the rest."""
        return self._step(None, True)

    def _step(self, frames: Optional[np.ndarray], finish: bool) -> np.ndarray:
        call, held, count = self._call, self._output, 0
        self.forget()
        buffer = None
        call.input, call.finish = None, finish
        if frames is not None:
            count = len(frames)
            buffer = self._inputs.get(frames.dtype)
            if buffer is None:
                buffer = self._inputs[frames.dtype] = Buffer(self._input_shape, frames.dtype)
            if count <= buffer.capacity:
                call.input = buffer.filled(frames)
            else:
                buffer, large = None, as_c_array(frames)
                call.input = addressof(large)
        room = int(count * self._ratio) + 1
        # What is left at the end may be much.
        function = _process if finish else process_call(self._model, self._chunk, count)
        while True:
            if room > held.capacity:
                held = Buffer(self._output_port.shape, held.array.dtype, room)
            call.output = held.address
            status = function(self._reference)
            if status == OK:
                break
            if status != CAPACITY:
                raise error(status, self._error.message.decode("utf-8", "replace"))
            room = call.frames
        result = held.array[: call.frames]
        if held is not self._output:
            return result
        if buffer is not None:
            self._remember(function, frames.shape, frames.dtype, buffer.array[:count], result, call.frames)
        return result.copy()


class Buffer:
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


    def larger(self, capacity: int) -> "Buffer":
        return Buffer(self.array.shape[1:], self.array.dtype, capacity)


def _repeater(call, output, lock) -> tuple[Callable, Callable]:
    """`again(frames)`, a push of frames of the shape and type of those before, which need no check (None for others).
    And `remember(…)`, which with the lock says what those were.

    All that `again` needs are names of its own, whose look-up costs the least.
    """
    reference, acquire, release = byref(call), lock.acquire, lock.release
    # Of the frames that came last: what processes them, their shape and type, where the next ones go, what came of
    # them, and its length.
    function = shape = dtype = place = ready = count = None

    def again(frames: np.ndarray) -> Optional[np.ndarray]:
        spot = place
        if frames.shape != shape or frames.dtype is not dtype:
            return None
        acquire()
        try:
            if spot is not place:  # another thread was faster
                return None
            spot[...] = frames
            if function(reference):
                return None  # What it refuses, it has not taken: `push` tells why.
            given = call.frames
            return (ready if given == count else output[:given]).copy()
        finally:
            release()

    def remember(*last) -> None:
        nonlocal function, shape, dtype, place, ready, count
        function, shape, dtype, place, ready, count = last

    return again, remember


def _ratio(source, target) -> float:
    """How many frames come out for each that goes in."""
    (given, per_given), (taken, per_taken) = target.ticks, source.ticks
    return given * per_taken / (per_given * taken) if taken else 0.0
