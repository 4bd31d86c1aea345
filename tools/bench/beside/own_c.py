"""This library without Python: the program of tools/bench/own.c, which takes its turns among the others."""

import pathlib
import subprocess

import numpy as np

from . import own

PROGRAM = pathlib.Path(__file__).resolve().parents[3] / "build/bench-own"


class Program:
    """A process that makes the same calls with the same input and times them itself."""

    def __init__(self, path, workload):
        frames, is_step = _frames(workload)
        self.frames = workload.frames
        data = pathlib.Path(path).with_suffix(".input")
        np.concatenate(frames).astype(np.float32).tofile(data)
        words = [PROGRAM, path, data, len(frames[0]), int(is_step), workload.chunk]
        self._process = subprocess.Popen([str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __del__(self):
        self._process.stdin.close()
        self._process.wait()

    def reset(self):
        self._say("reset")

    def step(self, index):
        self.timed(index, 1)

    def timed(self, first, count):
        self._say(f"run {first} {count}")
        return self._read(np.int64, count).tolist()

    def result(self):
        self._say("result")
        (count,) = self._read(np.int64, 1)
        return self._read(np.float32, count)

    def _say(self, line):
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    def _read(self, dtype, count):
        return np.frombuffer(self._process.stdout.read(int(count) * np.dtype(dtype).itemsize), dtype)


def _frames(workload):
    """What goes into each call, (frames, *frame), and whether the calls are pieces of one sequence."""
    if workload.is_step:
        return [call.reshape(workload.hop, -1) for call in workload.frames], True
    return own.own_layout(workload), False
