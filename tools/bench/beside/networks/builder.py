"""ONNX graphs, node by node, with random weights of a size that keeps activations where trained ones are."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


class Builder:
    """Each method adds an operator to the graph and returns the name of what comes out."""

    def __init__(self, name: str, seed: int):
        self._name = name
        self._random = np.random.default_rng(seed)
        self._nodes, self._constants = [], []

    def constant(self, values, dtype=np.float32) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, operator: str, *inputs: str, outputs=None, **attributes) -> str:
        name = f"{operator.lower()}{len(self._nodes)}"
        outputs = outputs or [f"{name}.out"]
        self._nodes.append(helper.make_node(operator, list(inputs), outputs, name=name, **attributes))
        return outputs[0]

    def convolution(self, x: str, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> str:
        """With relu; padded so that only the stride makes the image smaller, but for a kernel of even size."""
        fan_in = inputs // groups * kernel * kernel
        weights = self._random.normal(0, (2 / fan_in) ** 0.5, (outputs, inputs // groups, kernel, kernel))
        biases = self._random.normal(0, 0.1, outputs)
        y = self.node(
            "Conv", x, self.constant(weights), self.constant(biases), kernel_shape=[kernel] * 2, strides=[stride] * 2,
            pads=[(kernel - 1) // 2] * 4, group=groups)
        return self.node("Relu", y)

    def separable(self, x: str, inputs: int, outputs: int) -> str:
        """A depthwise 3x3 and a pointwise convolution, each with relu."""
        return self.convolution(self.convolution(x, inputs, inputs, 3, groups=inputs), inputs, outputs, 1)

    def pool(self, x: str, strides, pads=(0, 0, 0, 0)) -> str:
        return self.node("MaxPool", x, kernel_shape=[2, 2], strides=list(strides), pads=list(pads))

    def columns(self, x: str) -> str:
        """(1, channels, 1, time), an image that is one row high, as (time, 1, channels)."""
        return self.node("Transpose", self.node("Squeeze", x, self.constant([2], np.int64)), perm=[2, 0, 1])

    def recurrent(self, operator: str, x: str, inputs: int, hidden: int, directions: int = 1, outputs=None,
                  states=(), **attributes) -> str:
        """An LSTM or GRU whose weights PyTorch would start with: (time, directions, 1, hidden)."""
        rows = {"LSTM": 4, "GRU": 3}[operator] * hidden
        limit = hidden**-0.5
        shapes = ((directions, rows, inputs), (directions, rows, hidden), (directions, 2 * rows))
        weights = [self.constant(self._random.uniform(-limit, limit, shape)) for shape in shapes]
        states = ["", *states] if states else []
        direction = {1: "forward", 2: "bidirectional"}[directions]
        return self.node(
            operator, x, *weights, *states, outputs=outputs, hidden_size=hidden, direction=direction, **attributes)

    def both_directions(self, x: str, inputs: int, hidden: int) -> str:
        """A bidirectional LSTM: (time, 1, 2 * hidden)."""
        y = self.node("Transpose", self.recurrent("LSTM", x, inputs, hidden, directions=2), perm=[0, 2, 1, 3])
        return self.node("Reshape", y, self.constant([0, 0, 2 * hidden], np.int64))

    def dense(self, x: str, inputs: int, outputs: int, name=None) -> str:
        limit = inputs**-0.5
        weights = self.constant(self._random.uniform(-limit, limit, (inputs, outputs)))
        biases = self.constant(self._random.uniform(-limit, limit, outputs))
        return self.node("Add", self.node("MatMul", x, weights), biases, outputs=name and [name])

    def save(self, path, inputs: dict, outputs: dict):
        """Writes the graph; `inputs` and `outputs`: shape by name."""
        graph = helper.make_graph(self._nodes, self._name, _ports(inputs), _ports(outputs), self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, path)
        return path


def _ports(shapes: dict) -> list:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
