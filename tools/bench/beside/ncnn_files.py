"""The same networks for ncnn, from their ONNX graphs: layers in a row, as text-line and keyword networks are.

Its own converter, pnnx, needs PyTorch and leaves recurrent layers to be repaired by hand. An image has ncnn's axes
(channels, height, width); a sequence is a matrix, a row for each time step.
"""

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from .ncnn_writer import Writer


class Refused(Exception):
    """The network has what is not translated."""


def translate(model, workload, folder) -> dict:
    """Writes the float and the int8 form; {contestant: path}. Raises Refused.

    Args:
        model: ONNX, its shapes known.
        workload: whose calibration data tell the ranges of the int8 form.
    """
    files = {}
    needed = {} if workload.is_step else _ranges(model, workload.calibration[0], workload.shape)
    for name, ranges in (("float", None), ("int8", needed)):
        writer = Writer(ranges)
        _Walk(model, writer, workload.state).run()
        if name == "float" or writer.has_int8:
            path = folder / f"ncnn-{name}.param"
            writer.save(path)
            path.with_suffix(".shape").write_text(" ".join(map(str, mat_shape(workload))))  # for first_result.py
            files[f"ncnn {name}"] = path
    return files


def mat_shape(workload) -> tuple:
    """The input's axes in ncnn: no batch, and for a sequence none of one either."""
    if workload.is_step:
        return 1, len(workload.frames[0])
    shape = workload.shape
    return tuple(shape[1:]) if len(shape) == 4 else tuple(size for size in shape if size != 1)


class _Walk:
    """Goes through the nodes in order. ONNX's rearrangements of a sequence (whose batch is 1) are nothing to ncnn."""

    def __init__(self, model, writer, states):
        self._nodes, self._writer, self._states = list(model.graph.node), writer, states
        self._constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
        ports = (*model.graph.input, *model.graph.value_info, *model.graph.output)
        self._shapes = {one.name: [axis.dim_value for axis in one.type.tensor_type.shape.dim] for one in ports}

    def run(self):
        while self._nodes:
            node = self._nodes.pop(0)
            if self._states and node.op_type not in ("LSTM", "GRU"):
                raise Refused("a state that the caller carries, in a network of several layers")
            handler = getattr(self, f"_{node.op_type.lower()}", None)
            if handler is None:
                raise Refused(f"{node.op_type} has no translation")
            handler(node, {one.name: helper.get_attribute_value(one) for one in node.attribute})

    def _conv(self, node, attributes):
        weights, biases = (self._constants[name] for name in node.input[1:])
        self._writer.convolution(
            node.input[0], weights, biases, stride=attributes["strides"], pads=attributes["pads"],
            groups=attributes.get("group", 1))

    def _relu(self, node, _):
        self._writer.layer("ReLU")

    def _maxpool(self, node, attributes):
        (rows, columns), (down, right) = attributes["kernel_shape"], attributes["strides"]
        top, left, bottom, end = attributes.get("pads", [0] * 4)
        self._writer.layer("Pooling", p0=0, p1=columns, p11=rows, p2=right, p12=down, p3=left, p13=top, p14=end,
                           p15=bottom, p5=1)

    def _matmul(self, node, _):
        addition = self._nodes.pop(0)
        if addition.op_type != "Add":
            raise Refused("a product without bias")
        weights, biases = self._constants[node.input[1]], self._constants[addition.input[1]]
        self._writer.dense(node.input[0], np.ascontiguousarray(weights.T), biases)

    def _gemm(self, node, attributes):
        weights, biases = (self._constants[name] for name in node.input[1:])
        self._writer.dense(node.input[0], weights if attributes.get("transB") else weights.T, biases)

    def _recurrent(self, node, attributes):
        kind = node.op_type
        if kind == "GRU" and not attributes.get("linear_before_reset"):
            raise Refused("a GRU whose reset gate stands before the product")
        self._writer.recurrent(kind, *(self._constants[name] for name in node.input[1:4]), self._states)
        if not node.output[0]:  # only the state after the last step
            steps = self._shapes[node.input[0]][0]
            self._writer.layer("Crop", p9=[steps - 1], p10=[steps], p11=[0])
            self._writer.layer("Reshape", p0=attributes["hidden_size"])

    _lstm = _gru = _recurrent

    def _softmax(self, node, _):
        is_matrix = sum(size > 1 for size in self._shapes[node.output[0]]) > 1
        self._writer.layer("Softmax", p0=int(is_matrix), p1=1)

    def _rearrangement(self, node, attributes):
        given, made = (self._shapes[name] for name in (node.input[0], node.output[0]))
        if len(given) == 4 and list(attributes.get("perm", ())) == [2, 0, 3, 1] and given[1] > 1:
            self._writer.layer("Permute", p0=3)
        elif len(given) == 4 and node.op_type == "Squeeze" and given[2] == 1 and given[1] > 1 and given[3] > 1:
            self._writer.layer("Reshape", p0=-1, p1=given[1])
            self._writer.layer("Permute", p0=1)
        elif node.op_type == "Reshape" and _large(given) != _large(made):
            last = made[-1]
            self._writer.layer("Reshape", p0=last, **({} if np.prod(made) == last else {"p1": -1}))
        elif sorted(_large(given)) != sorted(_large(made)):
            raise Refused(f"{node.op_type} of {given} to {made}")

    _transpose = _reshape = _squeeze = _rearrangement


def _large(shape) -> list:
    return [size for size in shape if size > 1]


def _ranges(model, calibration, shape) -> dict:
    """The largest absolute value of each tensor that weights are multiplied with."""
    names = {node.input[0] for node in model.graph.node if node.op_type in ("Conv", "MatMul", "Gemm")}
    given = model.graph.input[0].name
    open_model = onnx.ModelProto()
    open_model.CopyFrom(model)
    open_model.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in sorted(names - {given}))
    session = onnxruntime.InferenceSession(open_model.SerializeToString(), providers=["CPUExecutionProvider"])
    wanted = [port.name for port in session.get_outputs()]
    largest = dict.fromkeys(names, 0.0)
    for sequence in calibration:
        values = dict(zip(wanted, session.run(wanted, {given: sequence.reshape(shape)})))
        values[given] = sequence
        largest.update({name: max(largest[name], float(np.abs(values[name]).max())) for name in names})
    return largest
