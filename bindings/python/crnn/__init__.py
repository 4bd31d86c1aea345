"""Streaming int8 inference for convolutional-recurrent networks.

>>> import crnn
>>> model = crnn.Model("digits.crnn")               # mapped, not copied
>>> model.run(model.prepare("seven.png"))           # NumPy in, NumPy out
>>> with model.stream() as stream:                  # frame by frame
...     stream.push(frames)                         # what is ready
...     stream.finish()                             # the rest

Arrays are (time, *frame), batches (batch, time, *frame). Where a port has one frame per sequence, `Model.run` drops the
time axis: (*frame) or (batch, *frame), where C has 1 x frame. Streams keep it: (1, *frame).
"""

from .errors import (
    ArgumentError,
    CapacityError,
    ConvertError,
    Error,
    FileError,
    ImageError,
    RuntimeEnvironmentError,
    StreamStateError,
)
from .library import runtime as _runtime
from .model import Model
from .ports import Port

__all__ = [
    "ArgumentError",
    "CapacityError",
    "Conversion",
    "ConvertError",
    "Decoder",
    "Error",
    "Explanation",
    "FileError",
    "ImageError",
    "Line",
    "Model",
    "Port",
    "Reading",
    "RuntimeEnvironmentError",
    "Step",
    "Stream",
    "StreamStateError",
    "Symbol",
    "Timing",
    "convert",
    "decode_image",
    "inspect_network",
    "isas",
    "pack_lexicon",
    "pack_ngram",
]


#: Imported when they are first asked for.
_LATER = {
    "Conversion": "conversion",
    "convert": "conversion",
    "decode_image": "image",
    "Decoder": "decoder",
    "Explanation": "explain",
    "inspect_network": "conversion",
    "Line": "read",
    "pack_lexicon": "conversion",
    "pack_ngram": "conversion",
    "Reading": "decoder",
    "Step": "step",
    "Stream": "stream",
    "Symbol": "decoder",
    "Timing": "timing",
}


def __getattr__(name: str):
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f".{_LATER[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})


def _version() -> str:
    number = _runtime.crnn_version()
    return f"{number // 1_000_000}.{number // 1_000 % 1_000}.{number % 1_000}"


#: The version of the library.
__version__ = _version()


def isas() -> list[str]:
    """What instruction sets this processor runs, best last; "reference" is the scalar definition of the numerics."""
    return [
        _runtime.crnn_isa_name(index).decode()
        for index in range(_runtime.crnn_isa_count())
        if _runtime.crnn_isa_supported(index)
    ]
