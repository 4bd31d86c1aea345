"""LiteRT at its fastest for a whole sequence: one thread, views of its tensors, Invoke without the Python wrapper."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter


class Sequences:
    """An interpreter whose state, variables inside, begins anew with each call. Where the file takes integers, the
    input is rounded before anything is timed."""

    def __init__(self, path, workload):
        self._interpreter = Interpreter(str(path), num_threads=1)
        self._interpreter.allocate_tensors()
        (given,), (self._result,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        raw = self._interpreter._interpreter
        self._invoke, self._begin = raw.Invoke, raw.ResetVariableTensors
        self._invoke()  # the tensors keep their places from here on
        self._input = self._interpreter.tensor(given["index"])()
        self._output = self._interpreter.tensor(self._result["index"])()
        self.frames = [_rounded(frames.reshape(given["shape"]), given) for frames in workload.frames]

    def reset(self):
        """Each sequence begins anew by itself."""

    def step(self, index):
        self._input[...] = self.frames[index]
        self._begin()
        self._invoke()

    def result(self):
        values = self._output.reshape(-1).astype(np.float32)
        scale, zero = self._result["quantization"]
        return (values - zero) * scale if scale else values


def _rounded(frames, port):
    scale, zero = port["quantization"]
    if not scale:
        return frames
    limits = np.iinfo(port["dtype"])
    return np.clip(np.round(frames / scale) + zero, limits.min, limits.max).astype(port["dtype"])
