"""This library on whole sequences, from Python: over ctypes, with structures and arrays that are made once."""

import ctypes
import dataclasses
from ctypes import addressof, byref

import crnn
import numpy as np
from crnn.arrays import as_c_array
from crnn.library import CError, check, runtime, sized
from crnn.single_ports import process_call
from crnn.structures import CProcessCall
from crnn.values import stream_options
from steps import measure

from .workload import CHUNKS

TRIES = 5


class _Sequences:
    """A model, and arrays for one sequence of the workload."""

    def __init__(self, path, workload):
        self._model = crnn.Model(path)
        self._handle = self._model._handle
        source, target = self._model.inputs[0], self._model.outputs[0]
        self.frames = [array.reshape(-1, *source.shape) for array in own_layout(workload)]
        self.input = np.zeros_like(self.frames[0])
        frames, length = ctypes.c_int64(), ctypes.c_int64(len(self.input))
        check(runtime.crnn_model_output_frames, self._handle, 0, byref(length), 1, byref(frames))
        self.output = np.zeros((frames.value, *target.shape), np.float32)
        self._source, self._target = as_c_array(self.input), as_c_array(self.output)

    def reset(self):
        """Each sequence begins anew by itself."""

    def result(self):
        return self.output.reshape(-1).copy()


class Run(_Sequences):
    """`crnn_run`: opens a stream on the heap for each sequence."""

    def __init__(self, path, workload):
        super().__init__(path, workload)
        pointer, number = ctypes.c_void_p, ctypes.c_int32
        prototype = ctypes.CFUNCTYPE(number, pointer, pointer, number, pointer, number, pointer)
        self._function = prototype(("crnn_run", runtime.cdll))
        self._error = sized(CError)
        self._arguments = (
            self._handle.value, addressof(self._source), 1, addressof(self._target), 1, addressof(self._error))

    def step(self, index):
        self.input[...] = self.frames[index]
        if self._function(*self._arguments):
            raise RuntimeError(self._error.message.decode())


class Kept(_Sequences):
    """A stream that is reset before each sequence, which it takes in one call."""

    def __init__(self, path, workload):
        super().__init__(path, workload)
        self._stream = ctypes.c_void_p()
        frames = len(self.input)
        options = stream_options(workload.chunk, frames if self._model.is_bounded else 0)
        check(runtime.crnn_stream_create, self._handle, byref(options), byref(self._stream))
        self._error = sized(CError)
        self._call = sized(
            CProcessCall, model=self._handle, stream=self._stream, input=addressof(self._source),
            output=addressof(self._target), error=addressof(self._error), finish=1)
        self._reset = runtime.untyped("crnn_stream_reset", is_short=True)
        self._process, self._reference = process_call(self._model, workload.chunk, frames), byref(self._call)

    def step(self, index):
        self.input[...] = self.frames[index]
        if self._reset(self._handle, self._stream, None) or self._process(self._reference):
            raise RuntimeError(self._error.message.decode())


def best_chunk(path, workload) -> int:
    """The chunk with which a kept stream is fastest. All give the same bits."""
    fastest = {}
    streams = {chunk: Kept(path, dataclasses.replace(workload, chunk=chunk)) for chunk in CHUNKS}
    for _ in range(TRIES):
        for chunk, stream in streams.items():
            least = min(measure.timed(stream, 0, min(workload.turn, 4)))
            fastest[chunk] = min(least, fastest.get(chunk, least))
    return min(fastest, key=fastest.get)


def own_layout(workload):
    """The peers' arrays as this library takes them: (time, elements of a frame) for each sequence."""
    given = workload.frames.reshape(-1, *workload.shape)
    length = workload.shape[workload.time]
    return [np.ascontiguousarray(np.moveaxis(array, workload.time, 0).reshape(length, -1)) for array in given]
