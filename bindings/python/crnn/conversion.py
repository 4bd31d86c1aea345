"""Conversion by libcrnn_convert: a network and calibration data become a model file."""

from __future__ import annotations

import ctypes
import json
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_size_t, c_uint32, c_void_p
from dataclasses import dataclass, field
from typing import Any, Optional, Union

import numpy as np

from .arrays import as_c_array
from .errors import ArgumentError, error
from .library import HEADER_VERSION, OK, TYPE, CError, convert_library, sized
from .structures import CArray
from .values import as_path, as_text

NETWORK, DATA, OPTION, LIMIT = 700, 701, 702, 703

_Progress = ctypes.CFUNCTYPE(None, c_void_p, c_size_t, c_size_t)


class _CNamedArray(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("values", CArray)]


class _COption(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("value", c_char_p)]


class _CRequest(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("network", c_void_p),
        ("network_bytes", c_size_t),
        ("name", c_char_p),
        ("directory", c_char_p),
        ("calibration", POINTER(_CNamedArray)),
        ("calibration_count", c_size_t),
        ("options", POINTER(_COption)),
        ("option_count", c_size_t),
        ("progress", _Progress),
        ("context", c_void_p),
    ]


class _CResult(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("model", c_void_p),
        ("model_bytes", c_size_t),
        ("report", c_char_p),
        ("notes", c_char_p),
        ("message", c_char_p),
    ]


class _CLanguage(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("text", c_char_p),
        ("text_bytes", c_size_t),
        ("alphabet", c_char_p),
        ("separator", c_char_p),
        ("unknown", c_double),
    ]


FUNCTIONS = {
    "crnn_convert": (c_int32, [c_void_p, c_void_p, c_void_p]),
    "crnn_convert_inspect": (c_int32, [c_void_p, c_void_p, c_void_p]),
    "crnn_convert_lexicon": (c_int32, [c_void_p, c_void_p, c_void_p]),
    "crnn_convert_ngram": (c_int32, [c_void_p, c_void_p, c_void_p]),
    "crnn_convert_result_free": (None, [c_void_p]),
    "crnn_convert_version": (c_uint32, []),
    "crnn_convert_abi_check": (c_int32, [c_uint32]),
}


@dataclass
class Conversion:
    """What a conversion came to.

    Attributes:
        content: the bytes of the ``.crnn`` file; ``crnn.Model`` opens it once it is saved.
        report: what was done to each tensor and what it cost, as ``crnn convert --json`` writes it.
        notes: what was assumed or left out, in sentences.
    """

    content: bytes = field(repr=False)
    report: dict[str, Any] = field(repr=False)
    notes: list[str] = field(default_factory=list)

    def save(self, path: Union[str, os.PathLike]) -> None:
        """Writes the file, whole or not at all."""
        path = os.fsdecode(path)
        partial = f"{path}.partial"
        try:
            with open(partial, "wb") as file:
                file.write(self.content)
            os.replace(partial, path)
        finally:
            if os.path.exists(partial):
                os.unlink(partial)


def convert(
    model: Any,
    calibration: Any,
    /,
    *,
    output: Optional[Union[str, os.PathLike]] = None,
    example: Any = None,
    progress: Optional[Callable[[int, int], None]] = None,
    **options: Any,
) -> Conversion:
    """Converts a network to a ``.crnn`` file, in this process.

    >>> crnn.convert("digits.onnx", images, output="digits.crnn", labels="0,1,2,3,4,5,6,7,8,9")
    >>> crnn.convert(module, {"sound": sound}, example=torch.zeros(1, 100, 40), time_axis=1).save("keywords.crnn")

    Args:
        model: an ONNX file or its bytes, or an ``onnx.ModelProto``. With the package ``crnn-convert`` installed also
            what
            it reads: Keras, TFLite and PyTorch files, and PyTorch modules.
        calibration: real inputs, a few hundred sequences: an array for a network with one input, or arrays by the
            inputs'
            names, or a ``.npz`` file of them. Arrays are time x frame or sequences x time x frame, or as
            ``input_layout`` says; ``uint8`` stands for pixels, ``int16`` for samples. ``lengths`` divides one long
            array into sequences. ``y`` holds labels, for the report and for ``max_drop``: classes, by number or name,
            of sequences or of output frames, or texts where there is an alphabet.
        output: where to save the file, too.
        example: for a PyTorch module, tensors of the shapes that it takes.
        progress: called with how many calibration sequences are done, and of how many.
        options: those of ``crnn convert --help``, with ``_`` for ``-``; ``{port: value}`` for what is said of ports,
            a list
            for what may be said several times: ``time_axis={"image": 3}``, ``min_snr=30``,
            ``max_drop=0.2`` (points of accuracy, with labels).

    Raises ``ConvertError`` where the network cannot be converted, the data do not fit, an option is unknown, or the
    result is past a limit (``status`` tells which: 700 to 703), naming what is to blame. Any number of threads may
    convert at once.
    """
    arrays = _calibration(calibration, options)
    problems: list[str] = []
    for content, name, directory in _networks(model, example, options):
        try:
            result = _call("crnn_convert", content, name, directory, arrays, options, progress)
        except Exception as problem:
            # Another exporter's way to write the network may be one that can be read.
            if getattr(problem, "status", 0) != NETWORK:
                raise
            problems.append(str(problem))
            continue
        if output is not None:
            result.save(output)
        return result
    raise error(NETWORK, problems[0] if len(problems) == 1 else "no export can be read:\n  " + "\n  ".join(problems))


def inspect_network(model: Any, *, example: Any = None, **options: Any) -> dict[str, Any]:
    """The ports of a network as the converter reads it, without converting it: ``{"inputs": […], "outputs": […]}``.

    Arguments and errors are those of ``convert``.
    """
    for content, name, directory in _networks(model, example, options):
        return _call("crnn_convert_inspect", content, name, directory, {}, options, None).report
    raise error(NETWORK, "there is no network")


def pack_lexicon(words: Iterable[str], alphabet: str, *, separator: Optional[str] = None) -> bytes:
    """A word list for ``Model.decoder(lexicon=…)``: only texts of these words are read then.

    >>> model.decoder(width=16, lexicon=crnn.pack_lexicon(["yes", "no"], model.alphabet))

    Args:
        words: each without what stands between words.
        alphabet: the characters in the order of the network's classes, without the blank.
        separator: what stands between the words of a text, one character, or ``"none"`` where each word is a whole
            text; by default the space, where the alphabet has one.

    Raises ``ConvertError`` where a word has a character that the alphabet lacks. Threads: any.
    """
    return _pack("crnn_convert_lexicon", "\n".join(words), alphabet, separator, None)


def pack_ngram(arpa: str, alphabet: str, *, unknown: Optional[float] = None) -> bytes:
    """An n-gram model of characters for ``Model.decoder(ngram=…)``, from the text of an ARPA file.

    Args:
        arpa: its tokens are characters, ``<space>`` for a space.
        alphabet: the characters in the order of the network's classes, without the blank.
        unknown: base-10 logarithm, -99 to 0, of the probability of a character that the model does not name; by default
            that of its ``<unk>``.

    Characters that the alphabet lacks are left out, with a warning. Raises ``ConvertError`` where it is no such model.
    Threads: any.
    """
    return _pack("crnn_convert_ngram", arpa, alphabet, None, unknown)


def _pack(
    function: str, text: str, alphabet: str, separator: Optional[str], unknown: Optional[float]
) -> bytes:
    content = as_text("text", text)
    language = sized(
        _CLanguage,
        text=content,
        text_bytes=len(content),
        alphabet=as_text("alphabet", alphabet),
        separator=None if separator is None else as_text("separator", separator),
        unknown=1.0 if unknown is None else float(unknown),
    )
    return _answer(function, language)[0]


def _networks(model: Any, example: Any, options: Mapping[str, Any]) -> Iterator[tuple[bytes, str, Optional[str]]]:
    """An ONNX file's bytes, its name and where it lies; more than one where there are several ways to write it."""
    if isinstance(model, (bytes, bytearray, memoryview)):
        yield bytes(model), "network", None
        return
    if hasattr(model, "SerializeToString"):
        yield model.SerializeToString(), model.graph.name or "network", None
        return
    if isinstance(model, (str, os.PathLike)):
        path = os.fspath(model)
        name, directory = os.path.basename(path), os.path.dirname(path) or "."
        if path.endswith(".onnx"):
            with open(as_path(path), "rb") as file:
                yield file.read(), name, directory
            return
        package = _front_ends(f"{path} is no .onnx file")
        found = package.formats.candidates(path, example=_tensors(example), time_axis=_time_axis(options))
    elif hasattr(model, "forward") or hasattr(model, "graph_module"):
        package = _front_ends("a PyTorch module")
        name, directory = type(model).__name__, None
        exported = package.pytorch.exports(model, example, time_axis=_time_axis(options))
        found = (network for _, network in exported)
    else:
        raise ArgumentError(
            TYPE, f"a network is a file, bytes, an ONNX model or a PyTorch module, not {type(model).__name__}"
        )
    try:
        for network in found:
            yield network.SerializeToString(), name, directory
    except package.ConversionError as problem:
        raise error(NETWORK, str(problem)) from problem


def _front_ends(what: str):
    try:
        import crnn_convert
    except ImportError as problem:
        raise error(
            NETWORK, f"{what}: reading it needs the package crnn-convert: pip install ./tools/convert"
        ) from problem
    return crnn_convert


def _tensors(example: Any) -> Optional[tuple[Any, ...]]:
    return example if example is None or isinstance(example, tuple) else (example,)


def _time_axis(options: Mapping[str, Any]) -> Any:
    axis = options.get("time_axis")
    return axis if isinstance(axis, (int, Mapping)) else None


def _calibration(given: Any, options: Mapping[str, Any]) -> dict[str, np.ndarray]:
    if isinstance(given, (str, os.PathLike)):
        given = np.load(as_path(given), allow_pickle=False)
        if isinstance(given, np.lib.npyio.NpzFile):
            with given:
                given = {name: given[name] for name in given.files}
    arrays = dict(given) if isinstance(given, Mapping) else {"x": given}
    if "y" in arrays:
        arrays["y"] = _labels(np.asarray(arrays["y"]), options)
    return {str(name): _array(str(name), values) for name, values in arrays.items()}


def _labels(array: np.ndarray, options: Mapping[str, Any]) -> np.ndarray:
    """Numbers for texts: rows of code points where there is an alphabet, else the places of class names."""
    if array.dtype.kind != "U":
        return array
    if options.get("alphabet") is not None:
        array = np.ascontiguousarray(array, f"<U{max(1, array.dtype.itemsize // 4)}")
        return array.view(np.int32).reshape(array.size, -1)
    names = options.get("labels") or []
    names = names.split(",") if isinstance(names, str) else list(names)
    unknown = sorted(set(array.flat) - set(names))
    if unknown:
        raise ArgumentError(TYPE, f"calibration array 'y' has the label '{unknown[0]}', which labels= does not name")
    return np.vectorize(names.index, otypes=[np.int32])(array)


def _array(name: str, values: Any) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind == "f" and array.dtype != np.float32:
        array = array.astype(np.float32)
    elif array.dtype.kind in "iu" and array.dtype not in (np.uint8, np.int16, np.int32):
        limits = np.iinfo(np.int32)
        if array.size and (array.min() < limits.min or array.max() > limits.max):
            raise ArgumentError(TYPE, f"calibration array '{name}': a value does not fit into 32 bits")
        array = array.astype(np.int32)
    if array.dtype not in (np.float32, np.uint8, np.int16, np.int32):
        raise ArgumentError(TYPE, f"calibration array '{name}' is of {array.dtype}, which holds no numbers")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))


def _options(options: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """One pair for each thing said, in the words of the command line."""
    pairs: list[tuple[bytes, bytes]] = []
    for key, value in options.items():
        if value is None:
            continue
        if isinstance(value, Mapping):
            values = [f"{name}={part}" for name, part in value.items()]
        elif isinstance(value, (list, tuple)):
            # Names of classes are one value, with commas.
            values = [",".join(map(str, value))] if key in ("labels", "input_shape") else [str(part) for part in value]
        else:
            values = [str(int(value)) if isinstance(value, bool) else str(value)]
        pairs += [(as_text("an option", key.replace("_", "-")), as_text(key, text)) for text in values]
    return pairs


def _call(
    function: str,
    content: bytes,
    name: str,
    directory: Optional[str],
    arrays: Mapping[str, np.ndarray],
    options: Mapping[str, Any],
    progress: Optional[Callable[[int, int], None]],
) -> Conversion:
    named = (_CNamedArray * max(1, len(arrays)))()
    for place, (label, values) in enumerate(arrays.items()):
        named[place] = _CNamedArray(as_text("an array's name", label), as_c_array(values))
    pairs = _options(options)
    stated = (_COption * max(1, len(pairs)))(*(_COption(key, value) for key, value in pairs))
    raised: list[BaseException] = []

    def tell(_, done, all_):
        try:
            if progress is not None and not raised:
                progress(done, all_)
        except BaseException as problem:  # handed on when the call is over
            raised.append(problem)

    callback = _Progress(tell)
    request = sized(
        _CRequest,
        network=ctypes.cast(ctypes.c_char_p(content), c_void_p),
        network_bytes=len(content),
        name=name.encode("utf-8", "surrogateescape"),
        directory=None if directory is None else os.fsencode(directory),
        calibration=named,
        calibration_count=len(arrays),
        options=stated,
        option_count=len(pairs),
        progress=callback,
    )
    packed, report, notes = _answer(function, request, raised)
    return Conversion(packed, report, notes)


def _answer(
    function: str, request: ctypes.Structure, raised: Sequence[BaseException] = ()
) -> tuple[bytes, dict[str, Any], list[str]]:
    """The bytes, the report and the notes of a call; `raised`: what the caller's own functions raised in it."""
    library = convert_library(FUNCTIONS)
    if library.crnn_convert_abi_check(HEADER_VERSION) != OK:
        raise error(
            105, f"{library.path} has version {library.crnn_convert_version()}, which this package does not fit"
        )
    result, problem = sized(_CResult), sized(CError)
    status = getattr(library, function)(byref(request), byref(result), byref(problem))
    try:
        if raised:
            raise raised[0]
        if status != OK:
            message = result.message or problem.message
            raise error(status, message.decode("utf-8", "replace") or f"status {status}")
        notes = (result.notes or b"").decode("utf-8").split("\n")
        notes = [note for note in notes if note]
        for note in notes:
            warnings.warn(note, stacklevel=4)
        packed = ctypes.string_at(result.model, result.model_bytes) if result.model else b""
        return packed, json.loads(result.report), notes
    finally:
        library.crnn_convert_result_free(byref(result))
