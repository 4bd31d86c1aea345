"""Steps of a stream with several ports: what the engine cannot take yet waits until another port was fed."""

from __future__ import annotations

import ctypes
from collections import deque
from ctypes import byref
from typing import Optional

import numpy as np

from .arrays import Arrays, as_c_array
from .errors import CapacityError, StreamStateError
from .library import FINISHED, OUTPUT_PENDING, TOO_LONG, check, runtime


class SeveralPorts:
    """Feeds and pulls the ports in turn. Not for several threads at a time."""

    def __init__(self, model, handle, options):
        self._model = model
        self._handle = handle
        self._chunk = max(1, options.chunk)
        self._limits = [
            1 if port.per_sequence else port.fixed_frames or options.maximum_frames for port in model.inputs
        ]
        self.forget()

    def forget(self) -> None:
        """The stream was reset."""
        # Arrays, and whether the caller cannot reach them.
        self._waiting: list[deque[tuple[np.ndarray, bool]]] = [deque() for _ in self._model.inputs]
        self._taken = [0 for _ in self._model.inputs]  # frames, with those that wait
        self._is_ending = [False for _ in self._model.inputs]
        self._is_ended = [False for _ in self._model.inputs]
        # Outputs pulled but not yet returned: a call that raises keeps them for the next.
        self._ready: list[list[np.ndarray]] = [[] for _ in self._model.outputs]

    def push(self, arrays: dict[int, np.ndarray]) -> Arrays:
        """Gives arrays by port, as the library takes them, and returns what is ready."""
        for port, array in arrays.items():
            self._check_room(port, len(array))
        for port, array in arrays.items():
            self._taken[port] += len(array)
            if len(array):
                self._waiting[port].append((array, False))
        return self._advance()

    def finish(self, port: Optional[int]) -> Arrays:
        """Ends one port, or all of them."""
        were_ending = self._is_ending
        self._is_ending = [port in (None, index) or ending for index, ending in enumerate(were_ending)]
        try:
            return self._advance()
        except Exception:
            # What has not ended by now goes on.
            for index, ended in enumerate(self._is_ended):
                self._is_ending[index] = ended or (were_ending[index] and self._is_ending[index])
            raise

    def _check_room(self, port: int, count: int) -> None:
        # The library checks each piece by itself; a push is taken as a whole or not at all.
        name, limit, taken = self._model.inputs[port].name, self._limits[port], self._taken[port]
        if self._is_ending[port]:
            raise StreamStateError(FINISHED, f"port '{name}' is finished; reset() starts anew")
        if limit and taken + count > limit:
            raise CapacityError(
                TOO_LONG,
                f"port '{name}' takes at most {limit} frames in a sequence; "
                f"{taken} have come and {count} more were pushed",
            )

    def _pieces(self, array: np.ndarray, is_own: bool):
        """Chunks; halves of what is no larger, for a port that is slower than another or runs ahead of it."""
        size = self._chunk if len(array) > self._chunk else (len(array) + 1) // 2
        return [(array[start : start + size], is_own) for start in range(0, len(array), size)]

    def _advance(self):
        """Feeds and pulls until nothing moves any more."""
        try:
            is_moving = True
            while is_moving:
                is_moving = False
                for port in range(len(self._waiting)):
                    is_moving |= self._feed(port)
                for port, arrays in enumerate(self._ready):
                    is_moving |= self._pull(port, arrays)
        finally:
            # What still waits must not change when the caller reuses its array.
            for waiting in self._waiting:
                for index, (piece, is_own) in enumerate(waiting):
                    waiting[index] = (piece if is_own else piece.copy(), True)
        joined = [_join(arrays, port) for arrays, port in zip(self._ready, self._model.outputs)]
        self._ready = [[] for _ in self._model.outputs]
        if len(joined) == 1:
            return joined[0]
        return {port.name: array for port, array in zip(self._model.outputs, joined)}

    def _feed(self, port: int) -> bool:
        model, waiting = self._model, self._waiting[port]
        has_moved = False
        try:
            while waiting:
                try:
                    # All at once first: what the sequence cannot take at all is then refused as a whole.
                    piece, is_own = waiting[0]
                    frames = as_c_array(piece)
                    check(runtime.crnn_stream_push, model._handle, self._handle, port, byref(frames))
                except Exception as problem:
                    if getattr(problem, "status", None) != OUTPUT_PENDING or len(piece) <= 1:
                        raise
                    waiting.popleft()
                    waiting.extendleft(reversed(self._pieces(piece, is_own)))
                    continue
                waiting.popleft()
                has_moved = True
            if self._is_ending[port] and not self._is_ended[port]:
                check(runtime.crnn_stream_finish, model._handle, self._handle, port)
                self._is_ended[port] = has_moved = True
        except Exception as problem:
            if getattr(problem, "status", None) != OUTPUT_PENDING:
                self._taken[port] -= sum(len(piece) for piece, _ in waiting)
                waiting.clear()
                self._is_ending[port] = self._is_ended[port]
                raise
        return has_moved

    def _pull(self, port: int, arrays: list) -> bool:
        shape = self._model.outputs[port].shape
        has_moved = False
        while True:
            array = np.empty((max(self._chunk, 16), *shape), np.float32)
            target, frames = as_c_array(array), ctypes.c_int64()
            check(runtime.crnn_stream_pull, self._model._handle, self._handle, port, byref(target), byref(frames))
            if frames.value == 0:
                return has_moved
            arrays.append(array[: frames.value])
            has_moved = True


def _join(arrays: list, port) -> np.ndarray:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.empty((0, *port.shape), np.float32)
