"""Batches of lines: each line by itself, on as many threads as there may be, or all of one width, padded with paper."""

import ctypes
import dataclasses
import itertools
from concurrent.futures import ThreadPoolExecutor

import crnn
import ncnn
import numpy as np
import openvino
from crnn.arrays import as_c_array
from crnn.batch import CBatchItem, CBatchOptions
from crnn.executor import executor_of
from crnn.library import CError, check, runtime, sized
from crnn.structures import CProcessCall
from crnn.values import stream_options
from steps import onnx_runtime

from . import ncnn_run, open_vino

LINES, BATCH = "crnn, lines", "crnn, batch"
OURS = (LINES, BATCH)
CLASSES, STRIDE = 20, 4


class _Lines:
    """Threads take one line after the other, the calling one among them. `run(worker, line)` is the contestant's."""

    def __init__(self, workload):
        self.frames = workload.frames
        self.lines = [line[np.newaxis, np.newaxis] for line in workload.lines]
        self.outputs = [np.zeros((1, len(line) // STRIDE, CLASSES), np.float32) for line in workload.lines]
        self._workers = range(1, workload.threads)
        self._pool = ThreadPoolExecutor(len(self._workers)) if self._workers else None

    def reset(self):
        """Each line begins anew by itself."""

    def step(self, _):
        items, count, run = itertools.count(), len(self.lines), self.run  # next() on it is atomic

        def work(worker):
            while (line := next(items)) < count:
                run(worker, line)

        futures = [self._pool.submit(work, worker) for worker in self._workers]
        work(0)
        for future in futures:
            future.result()

    def result(self):
        return np.concatenate([output.reshape(-1) for output in self.outputs])


class OwnLines(_Lines):
    """This library: a stream for each thread, reset before each line."""

    def __init__(self, path, workload):
        super().__init__(workload)
        self._model = crnn.Model(path)
        handle, options = self._model._handle, stream_options(workload.chunk, len(workload.lines[0]))
        shape = self._model.inputs[0].shape
        self._arrays = [
            (as_c_array(line.reshape(-1, *shape)), as_c_array(output[0]))
            for line, output in zip(self.lines, self.outputs)]
        self._calls = []
        for _ in range(workload.threads):
            stream = ctypes.c_void_p()
            check(runtime.crnn_stream_create, handle, ctypes.byref(options), ctypes.byref(stream))
            self._calls.append(sized(CProcessCall, model=handle, stream=stream, finish=1))

    def run(self, worker, line):
        call, (source, target) = self._calls[worker], self._arrays[line]
        call.input, call.output = ctypes.addressof(source), ctypes.addressof(target)
        runtime.crnn_stream_reset(call.model, call.stream, None)
        if runtime.crnn_stream_process_call(ctypes.addressof(call)):
            raise RuntimeError("crnn refused a line")


class OwnBatch(_Lines):
    """This library: one call for all lines, with an executor as Python's `Model.run` makes it."""

    def __init__(self, path, workload):
        super().__init__(dataclasses.replace(workload, threads=1))
        self._model = crnn.Model(path)
        shape = self._model.inputs[0].shape
        self._arrays = [
            (as_c_array(line.reshape(-1, *shape)), as_c_array(output[0]))
            for line, output in zip(self.lines, self.outputs)]
        self._items = (CBatchItem * len(self.lines))(*(
            sized(CBatchItem, inputs=ctypes.addressof(source), outputs=ctypes.addressof(target), input_count=1,
                  output_count=1)
            for source, target in self._arrays))
        self._executor = executor_of(workload.threads)
        several = workload.threads > 1
        self._options = sized(
            CBatchOptions, executor=ctypes.addressof(self._executor) if several else None, chunk=workload.chunk)
        self._error = sized(CError)

    def step(self, _):
        status = runtime.crnn_batch_run(
            self._model._handle, ctypes.byref(self._options), None, 0, self._items, len(self._items),
            ctypes.byref(self._error))
        if status:
            raise RuntimeError(self._error.message.decode())


class OnnxLines(_Lines):
    """ONNX Runtime: one session, a binding for each line."""

    def __init__(self, path, workload):
        super().__init__(workload)
        self._session = onnx_runtime.session(path)
        given, result = self._session.get_inputs()[0].name, self._session.get_outputs()[0].name
        self._bindings = []
        for line, output in zip(self.lines, self.outputs):
            binding = self._session.io_binding()
            onnx_runtime.bind(binding.bind_input, given, line)
            onnx_runtime.bind(binding.bind_output, result, output)
            self._bindings.append(binding)
        self._raw = [binding._iobinding for binding in self._bindings]
        self._call = self._session._sess.run_with_iobinding

    def run(self, _, line):
        self._call(self._raw[line], None)


class NcnnLines(_Lines):
    """ncnn: one network, an extractor for each line."""

    def __init__(self, path, workload):
        super().__init__(workload)
        self._net = ncnn_run.network(path)
        self._inputs = [ncnn.Mat(line[0]) for line in self.lines]  # views: the arrays live on in self.lines

    def run(self, _, line):
        extractor = self._net.create_extractor()
        extractor.input("in", self._inputs[line])
        self.outputs[line][0] = extractor.extract("out")[1]


class _Padded:
    """All lines at once, as wide as the widest. What stands behind a line is paper; its frames are not looked at."""

    def __init__(self, workload):
        self.frames, self._lines = workload.frames, workload.lines
        width, height = self._lines[0].shape
        self.input = np.ones((len(self._lines), 1, width, height), np.float32)
        self.output = np.zeros((len(self._lines), width // STRIDE, CLASSES), np.float32)

    def reset(self):
        """Each batch begins anew by itself."""

    def step(self, _):
        for place, line in zip(self.input, self._lines):
            place[0, : len(line)] = line
        self.run()

    def result(self):
        each = zip(self.output, self._lines)
        return np.concatenate([output[: len(line) // STRIDE].reshape(-1) for output, line in each])


class OnnxPadded(_Padded):
    def __init__(self, path, workload):
        super().__init__(workload)
        self._session = onnx_runtime.session(path, workload.threads)
        self._binding = self._session.io_binding()
        onnx_runtime.bind(self._binding.bind_input, self._session.get_inputs()[0].name, self.input)
        onnx_runtime.bind(self._binding.bind_output, self._session.get_outputs()[0].name, self.output)

    def run(self):
        self._session._sess.run_with_iobinding(self._binding._iobinding, None)


class OpenVinoPadded(_Padded):
    def __init__(self, path, workload):
        super().__init__(workload)
        self._model = open_vino.compiled(path, workload.threads, shape=self.input.shape)
        self._request = self._model.create_infer_request()
        self._request.set_input_tensor(openvino.Tensor(self.input, shared_memory=True))
        self._request.set_output_tensor(openvino.Tensor(self.output, shared_memory=True))
        self.run = open_vino.infer(self._request)


def begin(name, path, workload):
    """A contestant whose step is the whole batch."""
    if name in OURS:
        return (OwnLines if name == LINES else OwnBatch)(path, workload)
    if name.startswith("OpenVINO"):
        return OpenVinoPadded(path, workload)
    if name.startswith("ncnn"):
        return NcnnLines(path, workload)
    return (OnnxLines if name.endswith("lines") else OnnxPadded)(path, workload)
