"""The text of images of lines, many at a time: `Model.read`."""

from __future__ import annotations

import ctypes
import os
from ctypes import byref, c_char_p, c_int32, c_int64, c_size_t, c_void_p
from typing import Optional

from .classify import as_sources, as_threads, image_options, point, problem_of, run_on_threads
from .decoder import MAXIMUM_WIDTH, CResult, Reading, Symbol, ctc_options, reading_of
from .image import library as image_library
from .library import CError, check
from .values import Record, as_integer


class CReadOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("decoding", c_void_p),
        ("executor", c_void_p),
        ("recipe", c_void_p),
        ("maximum_pixels", c_int64),
        ("maximum_bytes", c_int64),
        ("together", c_int32),
        ("best", c_int32),
    ]


class CBox(ctypes.Structure):
    _fields_ = [("left", c_int32), ("top", c_int32), ("right", c_int32), ("bottom", c_int32)]

    @property
    def edges(self) -> tuple[int, int, int, int]:
        return self.left, self.top, self.right, self.bottom


class CReadText(ctypes.Structure):
    _fields_ = [("result", CResult), ("boxes", c_void_p)]


class CReading(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("texts", c_void_p),
        ("count", c_int32),
        ("width", c_int32),
        ("height", c_int32),
        ("reserved", c_int32),
        ("frames", c_int64),
    ]


class CReadItem(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("path", c_char_p),
        ("bytes", c_void_p),
        ("byte_count", c_size_t),
        ("image", c_void_p),
        ("reading", c_void_p),
        ("status", c_int32),
        ("reserved", c_int32),
        ("error", c_void_p),
        ("context", c_void_p),
    ]


class Line(Record):
    """What was read of one picture.

    Attributes:
        file: the picture's path; None where it was given as bytes or pixels.
        text: the best text; None where the picture could not be read.
        confidence: its probability by the network, 0 to 1; NaN where the picture could not be read.
        symbols: its characters in order, a tuple of `Symbol`, with ``box`` in pixels of the picture.
        alternatives: the best texts, best first, a tuple of `Reading`; the first is the one above.
        error: None, or why the picture could not be read.
    """

    file: Optional[str]
    text: Optional[str]
    confidence: float
    symbols: tuple[Symbol, ...]
    alternatives: tuple[Reading, ...]
    error: Optional[str]

    @property
    def row(self) -> dict:
        """The plain values, for a table: file, text, confidence, text_2, confidence_2 and so on, error."""
        row = {"file": self.file, "text": self.text, "confidence": self.confidence}
        for rank, reading in enumerate(self.alternatives[1:], 2):
            row[f"text_{rank}"], row[f"confidence_{rank}"] = reading.text, reading.confidence
        return {**row, "error": self.error}


def read(model, sources, threads, best, recipe, maximum_pixels, maximum_bytes, decoding: dict):
    """One line for a single source, whose error is raised; a list of lines for many, each with its own error."""
    sources, is_one = as_sources(sources)
    threads = 1 if is_one else as_threads(threads)
    best = as_integer("best", best, 1, MAXIMUM_WIDTH)
    options, given = image_options(CReadOptions, recipe, maximum_pixels, maximum_bytes)
    ctc, kept_options = ctc_options(model, **decoding)
    if "maximum_symbols" not in decoding:
        ctc.maximum_symbols = 0
    options.decoding = ctypes.addressof(ctc)
    options.best = best
    # Without items: whether the model takes images at all, and has an alphabet.
    check(image_library().crnn_read_batch, model._handle, byref(options), None, 0)

    count = len(sources)
    items, readings, problems = (CReadItem * count)(), (CReading * count)(), (CError * count)()
    kept = [point(item, source) for item, source in zip(items, sources)]
    for index, item in enumerate(items):
        problems[index].struct_size = ctypes.sizeof(CError)
        readings[index].struct_size = ctypes.sizeof(CReading)
        item.struct_size = ctypes.sizeof(CReadItem)
        item.reading = ctypes.addressof(readings) + index * ctypes.sizeof(CReading)
        item.error = ctypes.addressof(problems) + index * ctypes.sizeof(CError)

    def run():
        # What it returns is the status of its first item: each has its own.
        image_library().crnn_read_batch(model._handle, byref(options), items, count, None)
        return kept, readings, problems, given, ctc, kept_options

    def free():
        for reading in readings:
            image_library().crnn_reading_free(byref(reading))

    run_on_threads(options, min(threads, count), run, free)
    try:
        lines = [_line(*of) for of in zip(sources, items, readings, problems)]
    finally:
        free()
    if not is_one:
        return [line for line, _ in lines]
    line, problem = lines[0]
    if problem is not None:
        raise problem
    return line


def _line(source, item: CReadItem, reading: CReading, problem: CError) -> tuple:
    file = os.fspath(source) if isinstance(source, (str, os.PathLike)) else None
    failure = problem_of(item.status, problem)
    if failure is not None:
        return Line(file, None, float("nan"), (), (), str(failure)), failure
    texts = (CReadText * reading.count).from_address(reading.texts)
    found = []
    for text in texts:
        boxes = (CBox * text.result.symbol_count).from_address(text.boxes) if text.result.symbol_count else ()
        found.append(reading_of(text.result, [box.edges for box in boxes]))
    return Line(file, found[0].text, found[0].confidence, found[0].symbols, tuple(found), None), None
