"""This library: through the Python package as a user writes it, and through one C call on preallocated arrays."""

import ctypes

import crnn
import numpy as np
from crnn.arrays import as_c_array
from crnn.library import runtime


class Pushed:
    """`model.stream().push(frames)`."""

    def __init__(self, path, workload):
        self._model = crnn.Model(path)
        self._stream = self._model.stream(chunk=workload.hop)
        shape = (workload.hop, *self._model.inputs[0].shape)
        self.frames = [frame.reshape(shape) for frame in workload.frames]
        self._push = self._stream.push
        self._ready = None

    def reset(self):
        self._stream.reset()

    def step(self, index):
        self._ready = self._push(self.frames[index])

    def result(self):
        assert len(self._ready) == 1, f"a step gave {len(self._ready)} frames"
        return self._ready.reshape(-1).copy()


class Processed:
    """`crnn_stream_process`, called through ctypes on descriptions of the arrays that were made before."""

    def __init__(self, path, workload):
        self._model = crnn.Model(path)
        self._stream = self._model.stream(chunk=workload.hop)
        shape = (workload.hop, *self._model.inputs[0].shape)
        self.frames = [np.ascontiguousarray(frame.reshape(shape)) for frame in workload.frames]
        self._sources = [ctypes.byref(as_c_array(frame)) for frame in self.frames]
        self._output = np.zeros((1, *self._model.outputs[0].shape), np.float32)
        self._target = ctypes.byref(as_c_array(self._output))
        self._frames = ctypes.c_int64()
        self._count = ctypes.byref(self._frames)
        self._process = runtime.crnn_stream_process
        self._handles = self._model._handle, self._stream._handle

    def reset(self):
        self._stream.reset()

    def step(self, index):
        model, stream = self._handles
        if self._process(model, stream, self._sources[index], 0, self._target, self._count, None):
            raise RuntimeError("crnn_stream_process failed")

    def result(self):
        assert self._frames.value == 1, f"a step gave {self._frames.value} frames"
        return self._output.reshape(-1).copy()
