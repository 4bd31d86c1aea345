"""Plain values as C takes them: what ctypes would wrap, or C cut at a zero byte, is refused."""

import operator
import os
import weakref

from .errors import ArgumentError
from .library import ARGUMENT, CStreamOptions, sized

MAXIMUM_CHUNK = 65_536
MAXIMUM_THREADS = 65_536
MAXIMUM_INT64 = 2**63 - 1


def finalizer(owner, function, *arguments) -> weakref.finalize:
    """Calls `function` once `owner` is gone; not where the interpreter ends before it, for other threads may still be
    in the library then."""
    result = weakref.finalize(owner, function, *arguments)
    result.atexit = False
    return result


class Record:
    """Named values that do not change, as the annotations of a class list them. (A dataclass takes longer to make than
    a model to open.)"""

    def __init__(self, *values, **named):
        names = list(type(self).__annotations__)
        found = dict(zip(names, values), **named)
        if len(values) > len(names) or len(found) != len(values) + len(named) or found.keys() != set(names):
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}")
        self.__dict__.update(found)

    def __setattr__(self, name: str, value) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"

    def __eq__(self, other) -> bool:
        return self.__dict__ == other.__dict__ if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.__dict__.values()))


def as_integer(name: str, value, low: int, high: int) -> int:
    """A caller's integer, from ``low`` to ``high``; anything with ``__index__`` is one, 1.0 is not."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentError(ARGUMENT, f"{name} must be an integer, not {type(value).__name__}") from None
    if not low <= number <= high:
        # Python refuses to print integers of more than some thousand digits.
        shown = number if number.bit_length() <= 128 else f"an integer of {number.bit_length()} bits"
        raise ArgumentError(ARGUMENT, f"{name} is {shown}; it must lie from {low:,} to {high:,}")
    return number


def as_text(name: str, value) -> bytes:
    """A caller's text as UTF-8."""
    if not isinstance(value, str):
        raise ArgumentError(ARGUMENT, f"{name} must be a str, not {type(value).__name__}")
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        raise ArgumentError(ARGUMENT, f"{name} holds a lone surrogate, which UTF-8 cannot express") from None
    return _without_zero(name, encoded)


def as_path(value) -> bytes:
    """A caller's path as the system takes it."""
    try:
        encoded = os.fsencode(value)
    except TypeError:
        raise ArgumentError(ARGUMENT, f"path must be a str or os.PathLike, not {type(value).__name__}") from None
    except UnicodeEncodeError:
        raise ArgumentError(ARGUMENT, "path holds a lone surrogate, which no file name can express") from None
    return _without_zero("path", encoded)


def stream_options(chunk, maximum_frames) -> CStreamOptions:
    """How a caller wants a stream."""
    return sized(
        CStreamOptions,
        chunk=as_integer("chunk", chunk, 0, MAXIMUM_CHUNK),
        maximum_frames=as_integer("maximum_frames", maximum_frames, 0, MAXIMUM_INT64),
    )


def _without_zero(name: str, encoded: bytes) -> bytes:
    if b"\0" in encoded:
        raise ArgumentError(ARGUMENT, f"{name} holds a zero byte")
    return encoded
