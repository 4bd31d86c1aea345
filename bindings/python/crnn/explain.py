"""What an answer to an image hangs on: `Model.explain`."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_char_p, c_float, c_int32, c_int64, c_size_t, c_void_p
from typing import TYPE_CHECKING, Optional, Union

import numpy as np

from .classify import address_of, as_threads, image_options, run_on_threads
from .decoder import CSymbol, Symbol, ctc_options, symbol_of
from .errors import ArgumentError
from .image import CImagePlacement
from .image import library as image_library
from .library import ARGUMENT, check, sized
from .read import CBox
from .values import Record, as_integer, as_text

if TYPE_CHECKING:
    from .model import Model

MAXIMUM_CELL = 4_096
MAXIMUM_PATCH = 64


class COptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("executor", c_void_p),
        ("recipe", c_void_p),
        ("maximum_pixels", c_int64),
        ("maximum_bytes", c_int64),
        ("output", c_int32),
        ("answer", c_int32),
        ("text", c_char_p),
        ("decoding", c_void_p),
        ("cell", c_int32),
        ("patch", c_int32),
        ("progress", c_void_p),
        ("context", c_void_p),
    ]


class CExplainedSymbol(ctypes.Structure):
    _fields_ = [("symbol", CSymbol), ("box", CBox)]


class CExplanation(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("width", c_int32),
        ("height", c_int32),
        ("placement", CImagePlacement),
        ("answer", c_int32),
        ("confidence", c_float),
        ("text", c_void_p),
        ("symbols", c_void_p),
        ("symbol_count", c_int32),
        ("cell", c_int32),
        ("patch", c_int32),
        ("columns", c_int32),
        ("rows", c_int32),
        ("falls", c_void_p),
        ("cell_width", c_float),
        ("cell_height", c_float),
        ("runs", c_int64),
    ]


class Explanation(Record):
    """What a network answers to an image, and what that hangs on.

    Attributes:
        text: what was read; None where the network is a classifier.
        symbols: the characters of the text in order, a tuple of `Symbol`, with ``box`` in pixels of the image; empty
            for classifiers.
        answer: what the map is of: a class's name (its number where the file has no names), or a text.
        confidence: of that answer, with nothing hidden; of a text, its probability over all ways to say it.
        map: float32, rows x columns: by how much the confidence falls where a cell is hidden; below 0 it rises.
        cell: width and height of a cell in pixels of the image; the last column and row may be cut by its edge.
        patch: the side of what was hidden at a time, in cells.
        size: width and height of the image, pixels.
        runs: patches of the map; those that hide nothing are not run.
    """

    text: Optional[str]
    symbols: tuple[Symbol, ...]
    answer: str
    confidence: float
    map: np.ndarray
    cell: tuple[float, float]
    patch: int
    size: tuple[int, int]
    runs: int

    # Arrays do not compare as one value.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def explain(
    model: Model,
    source,
    answer: Union[str, int, None],
    cell: int,
    patch: int,
    threads: Optional[int],
    recipe: Optional[str],
    maximum_pixels: int,
    maximum_bytes: int,
    decoding: dict,
) -> Explanation:
    options, given = image_options(COptions, recipe, maximum_pixels, maximum_bytes)
    options.answer = -1
    options.cell = as_integer("cell", cell, 0, MAXIMUM_CELL)
    options.patch = as_integer("patch", patch, 0, MAXIMUM_PATCH)
    ctc, kept_options = ctc_options(model, **decoding)
    if decoding:
        options.output, options.decoding = ctc.output, ctypes.addressof(ctc)
    if answer is not None:
        if model.alphabet is not None or decoding:
            options.text = as_text("answer", answer)
        else:
            options.answer = _class(model, answer)
    kind, pointer, kept = address_of(source)
    arguments = (pointer, len(kept)) if kind == "bytes" else (pointer,)
    function = getattr(image_library(), f"crnn_explain_{kind}")
    result = sized(CExplanation)

    def run():
        check(function, model._handle, byref(options), *arguments, byref(result))
        return kept, given, ctc, kept_options

    def free():
        image_library().crnn_explanation_free(byref(result))

    run_on_threads(options, as_threads(threads), run, free)
    try:
        return _explanation(model, result, options)
    finally:
        free()


def _class(model: Model, answer: Union[str, int]) -> int:
    """The number of a class that is given by its name or by its number."""
    if not isinstance(answer, str):
        return as_integer("answer", answer, 0, 2**31 - 1)
    if answer in model.labels:
        return model.labels.index(answer)
    raise ArgumentError(ARGUMENT, f"no class is called '{answer}'; there are: {', '.join(model.labels) or 'no names'}")


def _explanation(model: Model, result: CExplanation, options: COptions) -> Explanation:
    text, symbols = None, ()
    if result.text:
        encoded = ctypes.string_at(result.text)
        text = encoded.decode("utf-8", "replace")
        symbols = (CExplainedSymbol * result.symbol_count).from_address(result.symbols)
        answer = text if options.text is None else options.text.decode()
    else:
        labels = model.labels
        answer = labels[result.answer] if result.answer < len(labels) else str(result.answer)
    falls = (c_float * (result.rows * result.columns)).from_address(result.falls)
    return Explanation(
        text=text,
        symbols=tuple(symbol_of(item.symbol, encoded, item.box.edges) for item in symbols),
        answer=answer,
        confidence=result.confidence,
        map=np.array(falls, np.float32).reshape(result.rows, result.columns),
        cell=(result.cell_width, result.cell_height),
        patch=result.patch,
        size=(result.width, result.height),
        runs=result.runs,
    )
