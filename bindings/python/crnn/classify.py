"""Classes of images, many at a time: `Model.classify`."""

from __future__ import annotations

import ctypes
import math
import os
from ctypes import byref, c_char_p, c_float, c_int32, c_int64, c_size_t, c_void_p
from typing import Optional

import numpy as np

from .errors import error
from .image import as_image, understood
from .image import library as image_library
from .library import OK, CError, check, sized
from .values import MAXIMUM_INT64, MAXIMUM_THREADS, as_integer, as_path

MAXIMUM_TOP, USUAL_TOP = 1000, 3


class CClass(ctypes.Structure):
    _fields_ = [("index", c_int32), ("confidence", c_float)]


class CClassifyOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("executor", c_void_p),
        ("recipe", c_void_p),
        ("maximum_pixels", c_int64),
        ("maximum_bytes", c_int64),
        ("together", c_int32),
        ("output", c_int32),
    ]


class CClassifyItem(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("path", c_char_p),
        ("bytes", c_void_p),
        ("byte_count", c_size_t),
        ("image", c_void_p),
        ("classes", c_void_p),
        ("class_count", c_int32),
        ("status", c_int32),
        ("error", c_void_p),
        ("context", c_void_p),
    ]


def classify(model, sources, top: Optional[int], threads, recipe, maximum_pixels: int, maximum_bytes: int):
    """One row for a single source, whose error is raised; a list of rows for many, each with its own error."""
    sources, is_one = as_sources(sources)
    rows = _rows(model, sources, top, 1 if is_one else as_threads(threads), recipe, maximum_pixels, maximum_bytes)
    if not is_one:
        return [row for row, _ in rows]
    row, problem = rows[0]
    if problem is not None:
        raise problem
    return row


def as_sources(sources) -> tuple[list, bool]:
    """The images in a list, and whether a single one was given: a path, a file's bytes, pixels, an image of Pillow."""
    is_one = isinstance(sources, (str, os.PathLike, bytes, bytearray, memoryview, np.ndarray)) or hasattr(
        sources, "__array_interface__"
    )
    return [sources] if is_one else list(sources), is_one


def as_threads(threads) -> int:
    """As many as there are processors for None."""
    if threads is None:
        threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return as_integer("threads", threads, 1, MAXIMUM_THREADS)


def image_options(structure, recipe, maximum_pixels, maximum_bytes) -> tuple:
    """Options of one of the calls on images, and what they point to."""
    options = sized(
        structure,
        maximum_pixels=as_integer("maximum_pixels", maximum_pixels, 0, MAXIMUM_INT64),
        maximum_bytes=as_integer("maximum_bytes", maximum_bytes, 0, MAXIMUM_INT64),
    )
    given = None if recipe is None else understood(recipe)
    if given is not None:
        options.recipe = ctypes.addressof(given)
    return options, given


def run_on_threads(options, threads: int, run, abandoned=None) -> None:
    """Calls `run`, whose call of the library takes the options, with so many threads lent to it. Should the caller be
    interrupted, what `run` returns lives as long as the call, and `abandoned` is called after it."""
    if threads < 2:
        run()
        return
    from .executor import executor_of, in_own_thread

    executor = executor_of(threads)
    options.executor = ctypes.addressof(executor)
    in_own_thread(lambda: (run(), executor), abandoned)


def problem_of(status: int, problem: CError) -> Optional[Exception]:
    """What an item's status and sentence say went wrong."""
    if status == OK:
        return None
    return error(status, problem.message.decode("utf-8", "replace") or f"status {status}")


def _rows(model, sources: list, top, threads, recipe, maximum_pixels, maximum_bytes) -> list:
    if top is None:
        # One value tells two classes apart.
        top = min(USUAL_TOP, max(2, math.prod(model.outputs[0].shape)))
    top = as_integer("top", top, 1, MAXIMUM_TOP)
    options, given = image_options(CClassifyOptions, recipe, maximum_pixels, maximum_bytes)
    # Without items: whether the model takes images at all.
    check(image_library().crnn_classify_batch, model._handle, byref(options), None, 0, None, None)

    count = len(sources)
    items, classes, problems = (CClassifyItem * count)(), (CClass * (top * count))(), (CError * count)()
    kept = [point(item, source) for item, source in zip(items, sources)]
    for index, item in enumerate(items):
        problems[index].struct_size = ctypes.sizeof(CError)
        item.struct_size = ctypes.sizeof(CClassifyItem)
        item.classes = ctypes.addressof(classes) + index * top * ctypes.sizeof(CClass)
        item.class_count = top
        item.error = ctypes.addressof(problems) + index * ctypes.sizeof(CError)

    def run():
        # What it returns is the status of its first item: each has its own.
        image_library().crnn_classify_batch(model._handle, byref(options), items, count, None, None, None)
        return kept, classes, problems, given

    run_on_threads(options, min(threads, count), run)
    labels = model.labels
    return [
        _row(source, item, classes[index * top : (index + 1) * top], problems[index], labels)
        for index, (source, item) in enumerate(zip(sources, items))
    ]


def point(item, source):
    """Makes the item point to its image; what is returned must live as long."""
    kind, pointer, kept = address_of(source)
    if kind == "file":
        item.path = pointer
    elif kind == "bytes":
        item.bytes, item.byte_count = ctypes.cast(pointer, c_void_p).value, len(kept)
    else:
        item.image = pointer
    return kept


def address_of(source) -> tuple:
    """What an image is ("file", "bytes" or "image", as C functions are called), its address, what must live as long."""
    if isinstance(source, (str, os.PathLike)):
        path = as_path(source)
        return "file", path, path
    if isinstance(source, (bytes, bytearray, memoryview)):
        content = bytes(source)
        return "bytes", c_char_p(content), content
    image, pixels = as_image(source)
    return "image", ctypes.addressof(image), (image, pixels)


def _row(source, item: CClassifyItem, classes, problem: CError, labels: list[str]) -> tuple:
    row = {"file": os.fspath(source) if isinstance(source, (str, os.PathLike)) else None}
    for rank, best in enumerate(classes):
        suffix = "" if rank == 0 else f"_{rank + 1}"
        is_there = item.status == OK and rank < item.class_count
        name = labels[best.index] if best.index < len(labels) else str(best.index)
        row["label" + suffix] = name if is_there else None
        row["confidence" + suffix] = best.confidence if is_there else float("nan")
    failure = problem_of(item.status, problem)
    row["error"] = None if failure is None else str(failure)
    return row, failure
