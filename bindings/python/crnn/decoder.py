"""Text from the frames of a network that was trained with CTC."""

from __future__ import annotations

import ctypes
import os
import threading
from ctypes import byref, c_char_p, c_double, c_float, c_int32, c_int64, c_size_t, c_void_p
from typing import TYPE_CHECKING, Optional, Union

import numpy as np

from .arrays import as_c_array, as_input
from .errors import ArgumentError, RuntimeEnvironmentError
from .library import ARGUMENT, OPEN, check, runtime, sized
from .values import MAXIMUM_INT64, Record, as_integer, as_text, finalizer

if TYPE_CHECKING:
    from .model import Model

MAXIMUM_WIDTH = 1_024
MAXIMUM_SYMBOLS = 65_536
_VALUES = {None: 0, "probabilities": 1, "log_probabilities": 2, "scores": 3}

#: What ``crnn language``, ``pack_lexicon`` and ``pack_ngram`` pack: its bytes, or the file's path.
Packed = Union[bytes, str, os.PathLike]


class COptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("width", c_int32),
        ("maximum_symbols", c_int32),
        ("output", c_int32),
        ("input", c_int32),
        ("values", c_int32),
        ("blank", c_int32),
        ("alphabet", c_char_p),
        ("lexicon", c_void_p),
        ("lexicon_bytes", c_size_t),
        ("ngram", c_void_p),
        ("ngram_bytes", c_size_t),
        ("ngram_weight", c_float),
        ("insertion_bonus", c_float),
    ]


class CSymbol(ctypes.Structure):
    _fields_ = [
        ("character", c_int32),
        ("confidence", c_float),
        ("text_offset", c_int32),
        ("text_bytes", c_int32),
        ("first_frame", c_int64),
        ("last_frame", c_int64),
        ("first_input", c_int64),
        ("last_input", c_int64),
    ]


class CResult(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("text", c_void_p),
        ("text_bytes", c_size_t),
        ("symbols", c_void_p),
        ("symbol_count", c_int32),
        ("stable_count", c_int32),
        ("count", c_int32),
        ("is_complete", c_int32),
        ("is_truncated", c_int32),
        ("confidence", c_float),
        ("log_probability", c_double),
        ("score", c_double),
    ]


class Symbol(Record):
    """One character of a text.

    Attributes:
        text: the character.
        index: its place in the alphabet.
        confidence: its highest probability in any of its frames, 0 to 1.
        frames: the network's output frames that say it, in the most probable way to say the whole text.
        input: the frames of the input port that those come from, as `Model.span` tells; empty without a model.
        box: where it stands in the picture, for `Model.read`: left, top, right and bottom in pixels, the last two
            outside, as ``Image.crop`` of Pillow takes them; else None.
    """

    text: str
    index: int
    confidence: float
    frames: range
    input: range
    box: Optional[tuple[int, int, int, int]]


class Reading(Record):
    """A text.

    Attributes:
        text: the text.
        confidence: its probability by the network, 0 to 1.
        symbols: its characters in order, a tuple of `Symbol`.
        stable: how many characters, the first, no later frame can change; after the end, all.
        is_complete: False where a lexicon was given and the text does not end with a whole word of it.
        is_truncated: it has ``maximum_symbols`` characters; more may have followed.
        log_probability: natural logarithm of the text's probability, over all ways to say it that the beam kept;
            greedy: of one.
        score: what alternatives are ordered by: ``log_probability`` with what n-gram model and bonus add.
    """

    text: str
    confidence: float
    symbols: tuple[Symbol, ...]
    stable: int
    is_complete: bool
    is_truncated: bool
    log_probability: float
    score: float


class Decoder:
    """Turns frames into text, as they come; from `Model.decoder`, or without a model by an alphabet and a blank.

    >>> decoder = model.decoder(width=16)
    >>> decoder.read(columns).text                      # runs the network and decodes
    '2b827'
    >>> decoder.decode(model.run(columns)).confidence   # the same on frames that are there already
    0.97
    >>> [reading.text for reading in decoder.alternatives()]
    ['2b827', '2b8z7']

    Calls from several threads wait for each other.

    Args:
        model: the network, whose file says alphabet and blank; None with ``alphabet``.
        width: 0: greedy, the best class of each frame; 1 to 1,024: a beam of so many texts.
        lexicon: a packed lexicon: the text consists of its words. Needs a width.
        ngram: a packed n-gram model of characters. Needs a width.
        ngram_weight: 0 to 100: what its logarithms of probabilities count beside the network's.
        insertion_bonus: -50 to 50: added to a text's score for each character. Needs a width.
        maximum_symbols: the longest text, 1 to 65,536.
        alphabet: the classes' characters (code points) in order, without the blank, instead of the model's.
        blank: the blank's class, with ``alphabet``; None: the last.
        values: what frames hold: "probabilities", "log_probabilities" (natural) or "scores", which a softmax makes
            probabilities of; None: what the model's last layer gives, without a model probabilities.
        output: the output's name or number that frames come from.
        input: the input's name or number that spans are told in.

    Raises:
        ArgumentError: an option outside its range, or the model has no alphabet, or what was packed is for another one.
        FileError: what should be packed is damaged.
    """

    def __init__(
        self,
        model: Optional[Model] = None,
        *,
        width: int = 0,
        lexicon: Optional[Packed] = None,
        ngram: Optional[Packed] = None,
        ngram_weight: float = 0.5,
        insertion_bonus: float = 0.0,
        maximum_symbols: int = 256,
        alphabet: Optional[str] = None,
        blank: Optional[int] = None,
        values: Optional[str] = None,
        output: Union[str, int] = 0,
        input: Union[str, int] = 0,
    ):
        options, kept = ctc_options(
            model,
            width=width,
            lexicon=lexicon,
            ngram=ngram,
            ngram_weight=ngram_weight,
            insertion_bonus=insertion_bonus,
            maximum_symbols=maximum_symbols,
            alphabet=alphabet,
            blank=blank,
            values=values,
            output=output,
            input=input,
        )
        handle = c_void_p()
        check(runtime.crnn_ctc_create, None if model is None else model._handle, byref(options), byref(handle))
        self._handle, self._model, self._lock = handle, model, threading.Lock()
        self._port = None if model is None else model.outputs[options.output]
        self._input = options.input
        self._classes = 1 if alphabet is None else len(alphabet) + 1
        # What the decoder reads in place lives as long as it.
        self._kept = (options, kept, model)
        finalizer(self, _end, handle, self._kept)

    def __reduce__(self):
        raise TypeError("a crnn.Decoder cannot be copied or pickled; make another one")

    def push(self, frames) -> None:
        """Takes frames of the network's output, (time, *frame), any number. However they are cut: the same text."""
        if self._port is None:
            array = np.ascontiguousarray(frames, np.float32)
            if array.ndim != 2 or array.shape[1] != self._classes:
                raise ArgumentError(ARGUMENT, f"frames must have shape (time, {self._classes}), not {array.shape}")
        else:
            array = as_input(frames, self._port, (1,)).astype(np.float32, copy=False)
        with self._lock:
            check(runtime.crnn_ctc_push, self._handle, byref(as_c_array(array)))

    def finish(self, input_frames: Optional[int] = None) -> Reading:
        """Ends the sequence and returns the best text.

        Args:
            input_frames: the sequence's length at the input port, to which spans are cut; None where it is not known.
        """
        length = -1 if input_frames is None else as_integer("input_frames", input_frames, 0, MAXIMUM_INT64)
        with self._lock:
            check(runtime.crnn_ctc_finish, self._handle, length)
        return self.reading()

    def reset(self) -> None:
        """Begins a new sequence."""
        with self._lock:
            check(runtime.crnn_ctc_reset, self._handle)

    def reading(self, rank: int = 0) -> Reading:
        """The text so far, and after `finish` the text; with a rank above 0, the next best ones."""
        return self._reading(as_integer("rank", rank, 0, MAXIMUM_WIDTH))[0]

    def alternatives(self, limit: Optional[int] = None) -> list[Reading]:
        """The best texts, best first: all that the beam kept, or ``limit`` of them."""
        best, count = self._reading(0)
        wanted = count if limit is None else min(count, as_integer("limit", limit, 1, MAXIMUM_WIDTH))
        return [best] + [self._reading(rank)[0] for rank in range(1, wanted)]

    @property
    def text(self) -> str:
        """The text so far."""
        return self.reading().text

    def decode(self, frames, input_frames: Optional[int] = None) -> Reading:
        """One whole sequence of output frames."""
        self.reset()
        self.push(frames)
        return self.finish(input_frames)

    def read(self, x=None, **named) -> Reading:
        """Runs the network on one whole sequence, given as to `Model.run`, and decodes what it gives."""
        if self._model is None:
            raise ArgumentError(ARGUMENT, "this decoder has no model to run; use decode(frames)")
        inputs = self._model._by_port(x, named)
        result = self._model.run(x, **named)
        frames = result[self._port.name] if isinstance(result, dict) else result
        return self.decode(frames, len(inputs[self._input]))

    def _reading(self, rank: int) -> tuple[Reading, int]:
        result = sized(CResult)
        with self._lock:
            check(runtime.crnn_ctc_result_at, self._handle, rank, byref(result))
            return reading_of(result), result.count


def ctc_options(
    model: Optional[Model],
    *,
    width: int = 0,
    lexicon: Optional[Packed] = None,
    ngram: Optional[Packed] = None,
    ngram_weight: float = 0.5,
    insertion_bonus: float = 0.0,
    maximum_symbols: int = 256,
    alphabet: Optional[str] = None,
    blank: Optional[int] = None,
    values: Optional[str] = None,
    output: Union[str, int] = 0,
    input: Union[str, int] = 0,
) -> tuple[COptions, tuple]:
    """What C takes of a decoder's options, and what must live as long as they."""
    if values not in _VALUES:
        raise ArgumentError(ARGUMENT, f"values is {values!r}; it must be one of {list(_VALUES)}")
    if blank is not None and alphabet is None:
        raise ArgumentError(ARGUMENT, "blank goes with alphabet; without it the model says both")
    if model is None and alphabet is None:
        raise ArgumentError(ARGUMENT, "give a model or an alphabet")
    numbers = (0, 0) if model is None else model._pair(output, input)
    text = None if alphabet is None else as_text("alphabet", alphabet)
    last = 0 if alphabet is None else len(alphabet)
    blocks = [_packed(name, value) for name, value in (("lexicon", lexicon), ("ngram", ngram))]
    options = sized(
        COptions,
        width=as_integer("width", width, 0, MAXIMUM_WIDTH),
        maximum_symbols=as_integer("maximum_symbols", maximum_symbols, 1, MAXIMUM_SYMBOLS),
        output=numbers[0],
        input=numbers[1],
        values=_VALUES[values],
        blank=last if blank is None else as_integer("blank", blank, 0, last),
        alphabet=text,
        ngram_weight=_number("ngram_weight", ngram_weight),
        insertion_bonus=_number("insertion_bonus", insertion_bonus),
    )
    options.lexicon, options.lexicon_bytes = blocks[0][1:]
    options.ngram, options.ngram_bytes = blocks[1][1:]
    return options, (text, blocks)


def reading_of(result: CResult, boxes: Optional[list] = None) -> Reading:
    """A text of C, with the places of its characters in a picture, where there is one."""
    text = ctypes.string_at(result.text, result.text_bytes)
    symbols = (CSymbol * result.symbol_count).from_address(result.symbols)
    return Reading(
        text=text.decode("utf-8", "replace"),
        confidence=result.confidence,
        symbols=tuple(
            symbol_of(symbol, text, box)
            for symbol, box in zip(symbols, boxes or [None] * len(symbols))
        ),
        stable=result.stable_count,
        is_complete=bool(result.is_complete),
        is_truncated=bool(result.is_truncated),
        log_probability=result.log_probability,
        score=result.score,
    )


def symbol_of(symbol: CSymbol, text: bytes, box: Optional[tuple[int, int, int, int]]) -> Symbol:
    return Symbol(
        text=text[symbol.text_offset : symbol.text_offset + symbol.text_bytes].decode("utf-8", "replace"),
        index=symbol.character,
        confidence=symbol.confidence,
        frames=range(symbol.first_frame, symbol.last_frame + 1),
        input=range(symbol.first_input, symbol.last_input + 1),
        box=box,
    )


def _number(name: str, value) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(ARGUMENT, f"{name} must be a number, not {value!r}") from None


def _packed(name: str, value: Optional[Packed]) -> tuple[Optional[ctypes.Array], Optional[int], int]:
    """A packed block in memory of its own, its address and its size."""
    if value is None:
        return None, None, 0
    if isinstance(value, (str, os.PathLike)):
        try:
            with open(value, "rb") as file:
                value = file.read()
        except OSError as problem:
            raise RuntimeEnvironmentError(OPEN, f"{name}: {problem}") from None
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise ArgumentError(ARGUMENT, f"{name} must be bytes or a path, not {type(value).__name__}")
    memory = ctypes.create_string_buffer(bytes(value), max(len(value), 1))
    return memory, ctypes.addressof(memory), len(value)


def _end(handle: c_void_p, kept) -> None:
    runtime.crnn_ctc_destroy(handle)
