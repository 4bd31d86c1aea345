"""What is measured: a network, its inputs, and how it is called."""

import dataclasses
import pathlib
from typing import Callable, Optional

import numpy as np
from steps import workloads as steps

CHUNKS = (1, 8, 16, 32, 64, 128, 512)  # frames that are tried for whole sequences: past this, more memory buys no speed


@dataclasses.dataclass(frozen=True)
class Workload(steps.Workload):
    """One network, whole sequences or single steps. `frames` holds what each call is given, as the peers take it.

    Attributes:
        shape: of the peers' input, for a whole sequence; None for steps.
        time: its axis along which time runs.
        chunk: frames that this library's engine takes at a time; for whole sequences, what own.best_chunk found.
        turn: calls before the next contestant's turn.
        is_real: trained by others on real data: peers must come near the float results to be compared with.
        write: makes `source` and `calibration_file`, where they are not the zoo's.
    """

    shape: Optional[tuple] = None
    time: int = 0
    chunk: int = 1
    turn: int = 24
    is_real: bool = True
    write: Optional[Callable[[], None]] = None

    @property
    def is_step(self) -> bool:
        return self.shape is None


def of_steps(step: steps.Workload) -> Workload:
    """A workload of `make bench-steps`."""
    return Workload(**{field.name: getattr(step, field.name) for field in dataclasses.fields(step)}, chunk=step.hop)


def of_sequences(name: str, unit: str, source: pathlib.Path, frames, calibration, *, shape, time, **others) -> Workload:
    """Whole sequences: `frames` and `calibration` are float32 of (sequences, *shape without its axes of one)."""
    length = int(np.prod(shape))

    def flat(arrays):
        return np.ascontiguousarray(arrays, np.float32).reshape(-1, length)

    nothing = np.zeros((len(frames), 0), np.float32)  # until the float network has been run
    return Workload(
        name, unit, shape[time], source, flat(frames), nothing, [flat(calibration)], (), shape=shape, time=time,
        **others)
