"""Inputs and outputs of a network."""

from typing import TYPE_CHECKING, Union

import numpy as np

from .errors import ArgumentError
from .library import F32, PORT, S16, S32, U8
from .values import Record, as_integer

if TYPE_CHECKING:
    from fractions import Fraction


#: Each type that arrays pass in, with its ``crnn_dtype``.
DTYPES = {np.dtype(np.uint8): U8, np.dtype(np.int16): S16, np.dtype(np.float32): F32, np.dtype(np.int32): S32}


def native_dtype(dtype: int) -> np.dtype:
    """The NumPy type of a ``crnn_dtype``."""
    return next((numpy for numpy, number in DTYPES.items() if number == dtype), np.dtype(np.float32))


class Port(Record):
    """An input or output of a network.

    Attributes:
        name: as in the network.
        shape: of one frame; an array has one axis more in front, time, and a batch another one before that.
        dtype: what the network works with; giving it costs no conversion. float32 is always taken.
        integer_scale: an integer i given to this port stands for i * integer_scale.
        per_sequence: one frame per sequence: its arrays have no time axis in `Model.run`; in a `Stream` that axis is 1.
        fixed_frames: a sequence has exactly this many frames; 0: any number.
        rate: frames per tick of the model's time base; 0 for one per sequence.
    """

    name: str
    shape: "tuple[int, ...]"
    dtype: np.dtype
    integer_scale: float
    per_sequence: bool
    fixed_frames: int
    ticks: "tuple[int, int]"  # `rate` as numerator and denominator

    @property
    def rate(self) -> "Fraction":
        # Imported when it is first asked for: it takes longer than to open a model.
        from fractions import Fraction

        return Fraction(*self.ticks)


def port_index(kind: str, ports: "tuple[Port, ...]", which: "Union[str, int]") -> int:
    """The number of a port that is given by its name or by its number."""
    if not isinstance(which, str):
        return as_integer(kind, which, 0, len(ports) - 1)
    for index, port in enumerate(ports):
        if port.name == which:
            return index
    names = ", ".join(port.name for port in ports)
    raise ArgumentError(PORT, f"no {kind} is called '{which}'; there is: {names}")

