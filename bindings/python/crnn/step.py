"""Steps over arrays that stay where they are."""

from __future__ import annotations

from ctypes import addressof, byref
from typing import Callable

import numpy as np

from .errors import ArgumentError, StreamStateError, error
from .library import ARGUMENT, CAPACITY, STREAM, CError, runtime, sized
from .structures import CProcessCall


class Step:
    """The same number of frames again and again, from `Stream.step`, without an array made for each result.

    >>> step = stream.step()
    >>> for frame in frames:
    ...     step.input[0] = frame
    ...     if step.run():
    ...         print(step.output[0])

    Attributes:
        input: (frames, *frame), to be filled before each run.
        output: (room, *frame) of float32. A run writes what is ready to its start. Where more comes at once than ever
            before, a larger array takes its place.
        run: takes the frames in `input`, returns how many frames of `output` are ready. Raises StreamStateError where
            the stream is finished or closed, CapacityError where the sequence would be longer than `maximum_frames`;
            then nothing was consumed.

    The stream goes on from wherever it stands, and may be pushed to, reset and finished between two runs. Calls on one
    stream from several threads wait for each other, but they share these arrays.
    """

    __slots__ = ("input", "output", "run", "_call", "_error", "_buffers", "_stream", "__weakref__")

    input: np.ndarray
    output: np.ndarray
    run: Callable[[], int]

    def __init__(self, stream, lock, function, source, target):
        self.input, self.output = source.array, target.array
        self._stream = stream  # which must live as long as this
        self._buffers = [source, target]
        self._error = sized(CError)
        self._call = sized(
            CProcessCall,
            model=stream._model._handle,
            stream=stream._handle,
            input=source.address,
            output=target.address,
            error=addressof(self._error),
        )
        self.run = self._runner(function, lock.acquire, lock.release)

    def _runner(self, function, acquire, release) -> Callable[[], int]:
        # Names of a function's own cost the least: a small network takes hardly longer than their look-up.
        call, reference, solve = self._call, byref(self._call), self._solve

        def run() -> int:
            acquire()
            try:
                if function(reference):
                    solve()
                return call.frames
            finally:
                release()

        return run

    def _solve(self) -> None:
        """Runs once more with more room, if that is what is missing; else raises."""
        call, status = self._call, CAPACITY
        if call.stream is None:
            raise StreamStateError(STREAM, "the stream is closed")
        while status == CAPACITY and call.frames > len(self.output):
            self._buffers[1] = self._buffers[1].larger(call.frames)
            self.output, call.output = self._buffers[1].array, self._buffers[1].address
            status = runtime.crnn_stream_process_call(addressof(call))
            if not status:
                return
        raise error(self._error.status, self._error.message.decode("utf-8", "replace"))

    def close(self) -> None:
        """The stream is gone. With its lock."""
        self._call.stream = None


def check_frames(frames: int) -> None:
    if not 1 <= frames <= 1 << 20:
        raise ArgumentError(ARGUMENT, f"a step takes 1 to {1 << 20} frames, not {frames}")
