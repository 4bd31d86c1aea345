"""A running sequence."""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections import deque
from ctypes import byref
from typing import Mapping, Optional, Union

import numpy as np

from .arrays import as_c_array, as_input
from .errors import ArgumentError, CapacityError, StreamStateError
from .library import ARGUMENT, FINISHED, OUTPUT_PENDING, STREAM, TOO_LONG, check, runtime
from .values import stream_options

Arrays = Union[np.ndarray, dict[str, np.ndarray]]


class Stream:
    """One running sequence over a model, from `Model.stream`.

    >>> with model.stream() as stream:
    ...     for column in columns:
    ...         ready = stream.push(column[None])
    ...     rest = stream.finish()

    However the frames are cut into pushes, the outputs together are the same to the bit. Outputs are float32 of
    (frames, *frame), with 0 frames where nothing is ready; an output with one frame per sequence gives it at `finish`.
    With several output ports they come as a dict by name. Calls from several threads wait for each other.
    """

    def __init__(self, model, chunk: int = 1, maximum_frames: int = 0):
        options = stream_options(chunk, maximum_frames)
        handle = ctypes.c_void_p()
        check(runtime.crnn_stream_create, model._handle, byref(options), byref(handle))
        self._model = model
        self._handle = handle
        self._destroy = weakref.finalize(self, runtime.crnn_stream_destroy, handle)
        self._lock = threading.Lock()
        self._chunk = max(1, options.chunk)
        self._limits = [
            1 if port.per_sequence else port.fixed_frames or options.maximum_frames for port in model.inputs
        ]
        self._forget()

    def _forget(self) -> None:
        # What the engine cannot take yet, because another port must be fed first.
        self._waiting: list[deque] = [deque() for _ in self._model.inputs]
        self._taken = [0 for _ in self._model.inputs]  # frames, with those that wait
        self._is_ending = [False for _ in self._model.inputs]
        self._is_ended = [False for _ in self._model.inputs]
        # Outputs pulled but not yet returned: a call that raises keeps them for the next.
        self._ready: list[list[np.ndarray]] = [[] for _ in self._model.outputs]

    def __enter__(self) -> "Stream":
        with self._lock:
            self._check_open()
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def __reduce__(self):
        raise TypeError("a crnn.Stream cannot be copied or pickled; open another one with Model.stream()")

    def close(self) -> None:
        """Gives the memory back. The stream cannot be used any more."""
        with self._lock:
            self._destroy()

    def reset(self) -> None:
        """Back to the start, for another sequence."""
        with self._lock:
            self._check_open()
            check(runtime.crnn_stream_reset, self._model._handle, self._handle)
            self._forget()

    def push(self, frames: Union[np.ndarray, Mapping[str, np.ndarray], None] = None, /, **named: np.ndarray) -> Arrays:
        """Gives frames and returns what is ready.

        Args:
            frames: for one input port, an array of (time, *frame), any number of frames; for several, a dict by name,
                in which ports may be left out. Ports may have different rates (`Port.rate`), and one may run ahead of
                another by any number of frames: what the network cannot take yet is kept until its turn comes.
            named: arrays by port name, instead of `frames`.

        Raises:
            ArgumentError: nothing was given, or a shape or type that the port does not take.
            StreamStateError: the stream is finished or closed.
            CapacityError: the sequence would be longer than `maximum_frames`, or than the port takes; or another port
                has ended, and these frames would find none of its to be joined with.

        Where it raises one of these, nothing was consumed and the stream goes on as it was. But frames that had to wait
        for another port, and indices outside the table of an embedding, are met when their turn comes, and what stood
        before them was consumed.
        """
        if frames is None and not named:
            raise ArgumentError(ARGUMENT, "push needs frames: an array, or arrays by the names of the ports")
        model = self._model
        if frames is None or isinstance(frames, Mapping):
            given = {model._input_index(name): array for name, array in {**(frames or {}), **named}.items()}
        else:
            given = dict(enumerate(model._by_port(frames, named)))
        arrays = {port: as_input(array, model.inputs[port], (1,)) for port, array in given.items()}
        with self._lock:
            self._check_open()
            for port, array in arrays.items():
                self._check_room(port, len(array))
            for port, array in arrays.items():
                self._taken[port] += len(array)
                if len(array):
                    self._waiting[port].append(array)
            return self._advance()

    def finish(self, port: Optional[str] = None) -> Arrays:
        """Ends the sequence, at one input port or (None) at all of them, and returns the rest.

        Raises:
            StreamStateError: another port has had frames that would find none of this port's to be joined with, or the
                port needs a fixed number of frames. The port is not ended: push the missing frames, then finish.
        """
        with self._lock:
            self._check_open()
            ports = range(len(self._is_ending)) if port is None else [self._model._input_index(port)]
            for index in ports:
                self._is_ending[index] = True
            return self._advance()

    # ---- Steps

    def _check_open(self) -> None:
        if not self._destroy.alive:
            raise StreamStateError(STREAM, "the stream is closed")

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

    def _pieces(self, array: np.ndarray):
        """Chunks; halves of what is no larger, for a port that is slower than another or runs ahead of it."""
        size = self._chunk if len(array) > self._chunk else (len(array) + 1) // 2
        return [array[start : start + size] for start in range(0, len(array), size)]

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
                for index, piece in enumerate(waiting):
                    waiting[index] = piece if piece.flags.owndata else piece.copy()
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
                    frames = as_c_array(waiting[0])
                    check(runtime.crnn_stream_push, model._handle, self._handle, port, byref(frames))
                except Exception as problem:
                    if getattr(problem, "status", None) != OUTPUT_PENDING or len(waiting[0]) <= 1:
                        raise
                    waiting.extendleft(reversed(self._pieces(waiting.popleft())))
                    continue
                waiting.popleft()
                has_moved = True
            if self._is_ending[port] and not self._is_ended[port]:
                check(runtime.crnn_stream_finish, model._handle, self._handle, port)
                self._is_ended[port] = has_moved = True
        except Exception as problem:
            if getattr(problem, "status", None) != OUTPUT_PENDING:
                self._taken[port] -= sum(len(piece) for piece in waiting)
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
