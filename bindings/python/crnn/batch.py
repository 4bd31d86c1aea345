"""Whole sequences: one, a batch of one length, or a list of any lengths, on as many threads as asked for."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_int32, c_int64, c_size_t, c_void_p

import numpy as np

from .arrays import as_c_array, as_input
from .errors import ArgumentError, StreamStateError
from .library import INCOMPLETE, SHAPE, check, runtime, sized
from .structures import CArray
from .values import MAXIMUM_THREADS, as_integer


class CBatchOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("executor", c_void_p),
        ("maximum_frames", c_int64),
        ("chunk", c_int32),
        ("together", c_int32),
    ]


class CBatchItem(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("inputs", c_void_p),
        ("outputs", c_void_p),
        ("input_count", c_int32),
        ("output_count", c_int32),
        ("status", c_int32),
        ("order", c_int32),
    ]


def run(model, values: list, threads: int) -> list:
    """Runs one array, or list of arrays, per input port, in port order, and gives one per output port."""
    threads = as_integer("threads", threads, 1, MAXIMUM_THREADS)
    if any(_is_list(value, port) for value, port in zip(values, model.inputs)):
        return _run_list(model, values, threads)
    inputs = [
        as_input(value, port, (0, 1) if port.per_sequence else (1, 2)) for value, port in zip(values, model.inputs)
    ]
    sizes = {_batch_size(array, port) for array, port in zip(inputs, model.inputs)}
    if len(sizes) != 1:
        raise ArgumentError(SHAPE, f"the inputs do not agree on the batch: {[array.shape for array in inputs]}")
    size = sizes.pop()
    is_batch = size is not None
    # From here on every array is batch x time x frame.
    inputs = [_with_batch_and_time(array, port, is_batch) for array, port in zip(inputs, model.inputs)]
    frames = _output_frames(model, [array.shape[1] for array in inputs])
    outputs = [
        np.empty((size if is_batch else 1, count, *port.shape), np.float32)
        for count, port in zip(frames, model.outputs)
    ]
    if is_batch:
        _run_all(model, list(zip(*inputs)), list(zip(*outputs)), threads)
    else:
        _run_one(model, [array[0] for array in inputs], [array[0] for array in outputs])
    results = []
    for port, array in zip(model.outputs, outputs):
        if port.per_sequence:
            array = array[:, 0]  # there is one: _output_frames saw to it
        results.append(array if is_batch else array[0])
    return results


def _is_list(value, port) -> bool:
    """Whether it is a list of sequences; a list of numbers, or of single frames, is an array."""
    rank = len(port.shape) + (0 if port.per_sequence else 1)
    return isinstance(value, (list, tuple)) and all(
        isinstance(element, np.ndarray) and element.ndim == rank for element in value
    )


def _run_list(model, values: list, threads: int) -> list[list[np.ndarray]]:
    """The sequences of a list may have any lengths. Beside lists there may be arrays that are batches."""
    columns = []
    for value, port in zip(values, model.inputs):
        leading = 0 if port.per_sequence else 1
        if not _is_list(value, port):
            value = as_input(value, port, (leading + 1,))
        column = [as_input(element, port, (leading,)) for element in value]
        columns.append([array[np.newaxis] for array in column] if port.per_sequence else column)
    if len({len(column) for column in columns}) != 1:
        raise ArgumentError(
            SHAPE, f"the inputs do not agree on the number of sequences: {[len(column) for column in columns]}"
        )
    inputs = list(zip(*columns))
    outputs = []
    for item, arrays in enumerate(inputs):
        frames = _output_frames(model, [array.shape[0] for array in arrays], f"item {item}: ")
        outputs.append([np.empty((count, *port.shape), np.float32) for count, port in zip(frames, model.outputs)])
    _run_all(model, inputs, outputs, threads)
    return [
        [arrays[index][0] if port.per_sequence else arrays[index] for arrays in outputs]
        for index, port in enumerate(model.outputs)
    ]


def _batch_size(array: np.ndarray, port):
    """None: one sequence."""
    return array.shape[0] if array.ndim == len(port.shape) + (1 if port.per_sequence else 2) else None


def _with_batch_and_time(array: np.ndarray, port, is_batch: bool) -> np.ndarray:
    if not is_batch:
        array = array[np.newaxis]
    return array[:, np.newaxis] if port.per_sequence else array


def _output_frames(model, input_frames: list[int], which: str = "") -> list[int]:
    """The frames of each output of a sequence; ``which`` begins the sentence of an error."""
    lengths = (ctypes.c_int64 * len(input_frames))(*input_frames)
    frames = ctypes.c_int64()
    counts = []
    for index, port in enumerate(model.outputs):
        check(runtime.crnn_model_output_frames, model._handle, index, lengths, len(lengths), byref(frames))
        if port.per_sequence and frames.value == 0:
            given = " and ".join(
                f"{length} frame" + ("" if length == 1 else "s")
                for length, source in zip(input_frames, model.inputs)
                if not source.per_sequence
            )
            raise StreamStateError(
                INCOMPLETE, f"{which}output '{port.name}': a sequence of {given} is too short to give an output"
            )
        counts.append(frames.value)
    return counts


def _c_arrays(arrays):
    return (CArray * len(arrays))(*[as_c_array(array) for array in arrays])


def _run_one(model, inputs: list[np.ndarray], outputs: list[np.ndarray]) -> None:
    check(runtime.crnn_run, model._handle, _c_arrays(inputs), len(inputs), _c_arrays(outputs), len(outputs))


def _run_all(model, inputs: list, outputs: list, threads: int) -> None:
    """Runs all sequences: ``inputs`` and ``outputs`` have a row of arrays, time x frame, for each."""
    kept = [(_c_arrays(sources), _c_arrays(targets)) for sources, targets in zip(inputs, outputs)]
    items = (CBatchItem * len(kept))(
        *[
            sized(
                CBatchItem,
                inputs=ctypes.addressof(sources),
                outputs=ctypes.addressof(targets),
                input_count=len(sources),
                output_count=len(targets),
            )
            for sources, targets in kept
        ]
    )
    options = sized(CBatchOptions)
    arguments = (runtime.crnn_batch_run, model._handle, byref(options), None, 0, items, len(items))
    if min(threads, len(items)) <= 1:
        check(*arguments)
        return
    from .executor import executor_of, in_own_thread  # brings in threading, which one thread does not need

    executor = executor_of(threads)
    options.executor = ctypes.addressof(executor)
    # The thread keeps everything that the call reads and writes, should the caller be interrupted.
    in_own_thread(lambda: (check(*arguments), kept, inputs, outputs, executor, model))
