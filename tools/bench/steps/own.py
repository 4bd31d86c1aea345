"""This library through the Python package: as one usually writes it, and over arrays that are made once."""

import crnn


class Pushed:
    """`model.stream().push(frames)`."""

    def __init__(self, path, workload):
        self._model = crnn.Model(path)
        self._stream = self._model.stream(chunk=workload.hop)
        shape = (workload.hop, *self._model.inputs[0].shape)
        self.frames = [frame.reshape(shape) for frame in workload.frames]
        self._push = self._stream.push
        self._ready = None

    def reset(self):
        self._stream.reset()

    def step(self, index):
        self._ready = self._push(self.frames[index])

    def result(self):
        assert len(self._ready) == 1, f"a step gave {len(self._ready)} frames"
        return self._ready.reshape(-1).copy()


class Stepped:
    """`model.stream().step()`: arrays that are made once, as the peers have them."""

    def __init__(self, path, workload):
        self._model = crnn.Model(path)
        self._stream = self._model.stream(chunk=workload.hop)
        step = self._stream.step(workload.hop)
        self.frames = [frame.reshape(step.input.shape) for frame in workload.frames]
        self._input, self._run, self._output = step.input, step.run, step.output
        self._ready = 0

    def reset(self):
        self._stream.reset()

    def step(self, index):
        self._input[...] = self.frames[index]
        self._ready = self._run()

    def result(self):
        assert self._ready == 1, f"a step gave {self._ready} frames"
        return self._output[0].reshape(-1).copy()
