"""Whole sequences: one, or a batch of one length on several threads."""

from __future__ import annotations

import ctypes
import itertools
from concurrent.futures import ThreadPoolExecutor
from ctypes import byref

import numpy as np

from .arrays import as_c_array, as_input
from .errors import ArgumentError, StreamStateError
from .library import INCOMPLETE, SHAPE, CArray, check, runtime
from .values import MAXIMUM_THREADS, as_integer, stream_options

CHUNK = 32  # frames per step: past this, more memory buys little speed


def run(model, values: list, threads: int) -> list[np.ndarray]:
    """Runs one array per input port, in port order, and gives one per output port."""
    threads = as_integer("threads", threads, 1, MAXIMUM_THREADS)
    inputs = []
    for value, port in zip(values, model.inputs):
        inputs.append(as_input(value, port, (0, 1) if port.per_sequence else (1, 2)))

    sizes = {_batch_size(array, port) for array, port in zip(inputs, model.inputs)}
    if len(sizes) != 1:
        raise ArgumentError(SHAPE, f"the inputs do not agree on the batch: {[array.shape for array in inputs]}")
    size = sizes.pop()
    is_batch = size is not None
    # From here on every array is batch x time x frame.
    inputs = [_with_batch_and_time(array, port, is_batch) for array, port in zip(inputs, model.inputs)]
    outputs = [
        np.empty((size if is_batch else 1, _output_frames(model, index, inputs), *port.shape), np.float32)
        for index, port in enumerate(model.outputs)
    ]
    _run_all(model, inputs, outputs, threads)
    results = []
    for port, array in zip(model.outputs, outputs):
        if port.per_sequence:
            array = array[:, 0]  # there is one: _output_frames saw to it
        results.append(array if is_batch else array[0])
    return results


def _batch_size(array: np.ndarray, port):
    """None: one sequence."""
    return array.shape[0] if array.ndim == len(port.shape) + (1 if port.per_sequence else 2) else None


def _with_batch_and_time(array: np.ndarray, port, is_batch: bool) -> np.ndarray:
    if not is_batch:
        array = array[np.newaxis]
    return array[:, np.newaxis] if port.per_sequence else array


def _output_frames(model, index: int, inputs: list[np.ndarray]) -> int:
    lengths = (ctypes.c_int64 * len(inputs))(*[array.shape[1] for array in inputs])
    frames = ctypes.c_int64()
    check(runtime.crnn_model_output_frames, model._handle, index, lengths, len(inputs), byref(frames))
    if model.outputs[index].per_sequence and frames.value == 0:
        given = " and ".join(
            f"{length} frame" + ("" if length == 1 else "s")
            for length, port in zip(lengths, model.inputs)
            if not port.per_sequence
        )
        raise StreamStateError(
            INCOMPLETE, f"output '{model.outputs[index].name}': a sequence of {given} is too short to give an output"
        )
    return frames.value


def _run_all(model, inputs: list[np.ndarray], outputs: list[np.ndarray], threads: int) -> None:
    count = inputs[0].shape[0]
    items = itertools.count()  # next() on it is atomic: each sequence is taken by one worker

    def work() -> None:
        with _Worker(model, inputs) as run_one:
            while (item := next(items)) < count:
                run_one([array[item] for array in inputs], [array[item] for array in outputs])

    workers = min(threads, count)
    if workers <= 1:
        work()
        return
    with ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(work) for _ in range(workers)]:
            future.result()


class _Worker:
    """Runs one sequence after another; with one input and one output, on one stream that is reset in between."""

    def __init__(self, model, inputs: list[np.ndarray]):
        self._model = model
        self._stream = ctypes.c_void_p()
        if len(model.inputs) == 1 and len(model.outputs) == 1:
            frames = inputs[0].shape[1]
            options = stream_options(max(1, min(frames, CHUNK)), frames if model.is_bounded else 0)
            check(runtime.crnn_stream_create, model._handle, byref(options), byref(self._stream))

    def __enter__(self):
        return self._run_on_stream if self._stream else self._run

    def __exit__(self, *_):
        runtime.crnn_stream_destroy(self._stream)

    def _run_on_stream(self, inputs: list[np.ndarray], outputs: list[np.ndarray]) -> None:
        check(runtime.crnn_stream_reset, self._model._handle, self._stream)
        source, target = as_c_array(inputs[0]), as_c_array(outputs[0])
        frames = ctypes.c_int64()
        check(
            runtime.crnn_stream_process,
            self._model._handle,
            self._stream,
            byref(source),
            1,
            byref(target),
            byref(frames),
        )

    def _run(self, inputs: list[np.ndarray], outputs: list[np.ndarray]) -> None:
        sources = (CArray * len(inputs))(*[as_c_array(array) for array in inputs])
        targets = (CArray * len(outputs))(*[as_c_array(array) for array in outputs])
        check(runtime.crnn_run, self._model._handle, sources, len(inputs), targets, len(outputs))
