"""A running sequence."""

from __future__ import annotations

import ctypes
import threading
from ctypes import byref
from typing import Mapping, Optional, Union

import numpy as np

from .arrays import Arrays, as_input
from .errors import ArgumentError, StreamStateError
from .library import ARGUMENT, MEMORY_ALIGNMENT, STREAM, check, runtime
from .several_ports import SeveralPorts
from .single_ports import SinglePorts
from .step import Step, check_frames
from .values import finalizer, stream_options

_TIME = (1,)  # the axes that stand in front of a frame's own


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
        self._begin(model, handle, options, finalizer(self, runtime.crnn_stream_destroy, handle))

    @classmethod
    def _restored(cls, model, saved: bytes) -> "Stream":
        """A stream that goes on where a saved one stood: `Model.restore`."""
        if len(model.inputs) + len(model.outputs) != 2:
            raise ArgumentError(ARGUMENT, "only streams of networks with one input and one output can be restored")
        memory = ctypes.create_string_buffer(len(saved) + MEMORY_ALIGNMENT)
        start = -ctypes.addressof(memory) % MEMORY_ALIGNMENT
        memory[start : start + len(saved)] = saved
        handle = ctypes.c_void_p()
        address = ctypes.addressof(memory) + start
        check(runtime.crnn_stream_restore, model._handle, address, len(saved), byref(handle))
        stream = cls.__new__(cls)
        # The finaliser keeps the memory until the stream is closed or forgotten.
        stream._begin(model, handle, None, finalizer(stream, id, memory))
        return stream

    def _begin(self, model, handle, options, destroy) -> None:
        self._model = model
        self._handle = handle
        self._destroy = destroy
        self._is_open = True
        self._lock = threading.Lock()
        has_one_each = len(model.inputs) == len(model.outputs) == 1
        chunk = max(1, options.chunk) if options else None
        self._single = SinglePorts(model, handle, self._lock, chunk) if has_one_each else None
        self._steps = self._single or SeveralPorts(model, handle, options)
        self._push_again = self._single.push_again if self._single else lambda frames: None

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
            self._is_open = False
            if self._single:
                self._single.close()
            self._destroy()

    def reset(self) -> None:
        """Back to the start, for another sequence."""
        with self._lock:
            self._check_open()
            check(runtime.crnn_stream_reset, self._model._handle, self._handle)
            self._steps.forget()

    def save(self) -> bytes:
        """The stream's state, for `Model.restore` in this process or another, at any time between two calls.

        Raises:
            ArgumentError: the network has several inputs or outputs, for which frames may be waiting here.
        """
        with self._lock:
            self._check_open()
            if not self._single:
                raise ArgumentError(ARGUMENT, "only streams of networks with one input and one output can be saved")
            return ctypes.string_at(self._handle, runtime.crnn_stream_bytes(self._handle))

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
        if type(frames) is np.ndarray and not named:
            ready = self._push_again(frames)
            if ready is not None:
                return ready
        if frames is None and not named:
            raise ArgumentError(ARGUMENT, "push needs frames: an array, or arrays by the names of the ports")
        inputs = self._model.inputs
        if len(inputs) == 1 and isinstance(frames, np.ndarray) and not named:
            arrays = {0: as_input(frames, inputs[0], _TIME)}
        else:
            arrays = {port: as_input(array, inputs[port], _TIME) for port, array in self._given(frames, named).items()}
            if len(inputs) == 1 and not arrays:
                raise ArgumentError(ARGUMENT, "push needs frames for the input port")
        with self._lock:
            self._check_open()
            return self._steps.push(arrays)

    def step(self, frames: int = 1, dtype=np.float32) -> Step:
        """A step of `frames` frames at a time over arrays that are made once: the fastest way to feed a network of one
        input and one output port as its data come.

        Args:
            frames: how many frames a call takes, 1 to 1,048,576.
            dtype: of the input array, one that the port takes as it is: float32, uint8 or int16, or int32 for indices.

        Raises:
            ArgumentError: the network has several inputs or outputs, or the port does not take the type.
        """
        if not self._single:
            raise ArgumentError(ARGUMENT, "only networks with one input and one output have steps: push to the others")
        port = self._model.inputs[0]
        empty = np.empty((0, *port.shape), dtype)
        takes_indices = port.dtype == np.int32
        if takes_indices != (empty.dtype == np.int32) or as_input(empty, port, _TIME).dtype != empty.dtype:
            raise ArgumentError(ARGUMENT, f"port {port.name!r} takes no array of {empty.dtype} as it is")
        check_frames(frames)
        with self._lock:
            self._check_open()
            return self._single.step(self, frames, empty.dtype)

    def _given(self, frames, named: dict) -> dict:
        """The caller's arrays by the index of the port."""
        model = self._model
        if frames is None or isinstance(frames, Mapping):
            return {model._input_index(name): array for name, array in {**(frames or {}), **named}.items()}
        return dict(enumerate(model._by_port(frames, named)))

    def finish(self, port: Optional[str] = None) -> Arrays:
        """Ends the sequence, at one input port or (None) at all of them, and returns the rest.

        Raises:
            StreamStateError: another port has had frames that would find none of this port's to be joined with, or the
                port needs a fixed number of frames. The port is not ended: push the missing frames, then finish.
        """
        with self._lock:
            self._check_open()
            return self._steps.finish(None if port is None else self._model._input_index(port))

    def _check_open(self) -> None:
        if not self._is_open:
            raise StreamStateError(STREAM, "the stream is closed")
