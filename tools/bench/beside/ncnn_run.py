"""ncnn at its fastest: one thread, a view of the input, a new extractor for each call, which is how it works."""

import ncnn
import numpy as np

from .ncnn_files import mat_shape


def network(path):
    """Its options stay as they are: they are its best. Each call runs on the thread that makes it."""
    net = ncnn.Net()
    net.opt.num_threads = 1
    if net.load_param(path) or net.load_model(path.replace(".param", ".bin")):
        raise RuntimeError(f"ncnn cannot load {path}")
    return net


class Sequences:
    """The output is a new matrix with each call: there is no way to have it written elsewhere."""

    def __init__(self, path, workload):
        self._net = network(path)
        self.frames = list(workload.frames)
        self._array = np.zeros(mat_shape(workload), np.float32)
        self._flat, self._input = self._array.reshape(-1), ncnn.Mat(self._array)

    def reset(self):
        """Each sequence begins anew by itself."""

    def step(self, index):
        self._flat[:] = self.frames[index]
        extractor = self._net.create_extractor()
        extractor.input("in", self._input)
        self._output = extractor.extract("out")[1]

    def result(self):
        return np.array(self._output).reshape(-1)


class Steps(Sequences):
    """The matrices of state that a step gives are what the next one is given: none is copied."""

    def __init__(self, path, workload):
        super().__init__(path, workload)
        self._states = workload.state
        size = len(workload.frames[0])  # of a layer alone: as many units as inputs
        self._zeros = np.zeros((1, size), np.float32)
        self.reset()

    def reset(self):
        # Copies, because a GRU writes to the state that it is given.
        self._values = [ncnn.Mat(self._zeros).clone() for _ in self._states]

    def step(self, index):
        self._flat[:] = self.frames[index]
        extractor = self._net.create_extractor()
        extractor.input("in", self._input)
        for (given, _), value in zip(self._states, self._values):
            extractor.input(given, value)
        self._output = extractor.extract("out")[1]
        self._values = [extractor.extract(back)[1] for _, back in self._states]
