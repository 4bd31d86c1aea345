"""How outputs follow inputs in time."""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_int64, c_size_t
from typing import Optional

from .values import MAXIMUM_INT64, Record

#: No sequence is longer.
MAXIMUM_FRAMES = 2**40


class CTiming(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("depends", c_int32),
        ("whole_past", c_int32),
        ("whole_sequence", c_int32),
        ("reserved", c_int32),
        ("input_frames", c_int64),
        ("output_frames", c_int64),
        ("lookahead", c_int64),
        ("receptive_field", c_int64),
    ]


class Timing(Record):
    """How an output follows an input in time, as far as that input is concerned.

    Attributes:
        depends: False: no frame of the input has a part in the output; all that follows is then 0 or False.
        whole_past: beyond its window, an output frame depends on all earlier input frames: a recurrent layer remembers
            them, or they are reduced to one.
        whole_sequence: no output frame that comes from the input at all is complete before the input has ended.
        input_frames: so many input frames give `output_frames` output frames, in lowest terms; 0 where only the whole
            sequence gives something: one frame, or a number that the network fixes.
        output_frames: see `input_frames`.
        lookahead: output frame i is complete, at the latest, once input frame
            ``i * input_frames // output_frames + lookahead`` has come or the input has ended; exactly then, where its
            window holds no padding. May be negative. None with `whole_sequence`.
        receptive_field: input frames from the first to the last one of an output frame's window, apart from what
            recurrent layers remember. None: the whole sequence.
    """

    depends: bool
    whole_past: bool
    whole_sequence: bool
    input_frames: int
    output_frames: int
    lookahead: Optional[int]
    receptive_field: Optional[int]


def finite(value: int) -> Optional[int]:
    """None for INT64_MAX, which stands for the end of the sequence."""
    return None if value == MAXIMUM_INT64 else value
