#!/usr/bin/env python3
"""Makes the networks of Tests/ONNXTests/Fixtures and what onnxruntime answers to random inputs.

    python3 Tests/ONNXTests/make_fixtures.py        (needs onnx and onnxruntime)

Each case is a small ONNX file. `expected.npz` holds, for each, its inputs `NAME/in/PORT` and outputs `NAME/out/PORT` in ONNX's
axes; where the network is called once per frame, with a leading axis of calls. `cases.json` holds how to convert it, or the words
that its refusal must contain.
"""
import json
import pathlib
import zlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent / "Fixtures"
cases, expected = [], {}


class Network:
    """A graph under construction; weights are random and belong to the case's name."""

    def __init__(self, name, opset=17):
        self.name, self.opset = name, opset
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []

    def input(self, name, shape, kind=TensorProto.FLOAT):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, shape=None, kind=TensorProto.FLOAT):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, value, dtype=np.float32):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def integers(self, *values):
        return self.constant(list(values), np.int64)

    def weights(self, *shape, scale=0.5):
        return self.constant(self.random.standard_normal(shape) * scale)

    def add(self, op, inputs, outputs=1, **attributes):
        """Adds a node; returns the name of its output, or the names."""
        number = len(self.nodes)
        names = [f"v{number}_{i}" for i in range(outputs)] if isinstance(outputs, int) else outputs
        self.nodes.append(helper.make_node(op, inputs, names, name=f"{op.lower()}{number}", **attributes))
        return names[0] if len(names) == 1 else names

    def model(self):
        graph = helper.make_graph(self.nodes, "fixture", self.inputs, self.outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="fixtures")
        model.ir_version = 8
        return model


def save(network, model=None):
    onnx.save(model or network.model(), FOLDER / f"{network.name}.onnx")


def write(network, feeds, calls=False, states=(), options=None, tolerance=None):
    """Saves the case with onnxruntime's outputs. `calls`: the feeds have a leading axis of calls. `states`: pairs carried on."""
    save(network)
    session = onnxruntime.InferenceSession(str(FOLDER / f"{network.name}.onnx"), providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    if calls:
        carried = {i: np.zeros([d if isinstance(d, int) else 1 for d in next(
            s.shape for s in session.get_inputs() if s.name == i)], np.float32) for i, _ in states}
        rows = []
        for k in range(len(next(iter(feeds.values())))):
            values = dict(zip(names, session.run(None, {**{n: v[k] for n, v in feeds.items()}, **carried})))
            carried = {i: values[o] for i, o in states}
            rows.append(values)
        results = {n: np.stack([row[n] for row in rows]) for n in names if n not in [o for _, o in states]}
    else:
        carried = {}
        for i, _ in states:
            shape = next(s.shape for s in session.get_inputs() if s.name == i)
            carried[i] = np.zeros([d if isinstance(d, int) else 1 for d in shape], np.float32)
        results = dict(zip(names, session.run(None, {**feeds, **carried})))
        results = {n: v for n, v in results.items() if n not in [o for _, o in states]}
    case = {"name": network.name}
    if options:
        case.update(options)
    if tolerance:
        case["tolerance"] = tolerance
    cases.append(case)
    for name, value in feeds.items():
        expected[f"{network.name}/in/{name}"] = value
    for name, value in results.items():
        expected[f"{network.name}/out/{name}"] = value


def refuse(network, *words, options=None, raw=None):
    """Saves a case that must be refused with a text that holds all `words`."""
    if raw is not None:
        (FOLDER / f"{network.name}.onnx").write_bytes(raw)
    else:
        save(network)
    cases.append({"name": network.name, "refusal": list(words), **(options or {})})


def noise(network, *shape, scale=1.0):
    return (network.random.standard_normal(shape) * scale).astype(np.float32)


# --- Convolution -----------------------------------------------------------------------------------------------------------

def convolutions():
    def conv(name, shape, feed, weight, opset=17, options=None, bias=True, **attributes):
        n = Network(name, opset)
        x = n.input("x", shape)
        inputs = [x, n.weights(*weight)] + ([n.weights(weight[0])] if bias else [])
        n.add("Conv", inputs, [n.output("y")], **attributes)
        write(n, {"x": noise(n, *feed)}, options=options)

    conv("conv1d", [1, 3, "T"], (1, 3, 17), (5, 3, 3), pads=[1, 1])
    conv("conv1d_stride", [1, 3, "T"], (1, 3, 18), (5, 3, 4), strides=[2], pads=[2, 1])
    conv("conv1d_dilated_causal", [1, 3, "T"], (1, 3, 15), (4, 3, 3), dilations=[2], pads=[4, 0])
    conv("conv1d_depthwise", [1, 4, "T"], (1, 4, 12), (4, 1, 3), group=4, pads=[1, 1], bias=False)
    conv("conv1d_groups", [1, 4, "T"], (1, 4, 12), (6, 2, 3), group=2)
    conv("conv1d_same_upper", [1, 2, "T"], (1, 2, 11), (3, 2, 4), auto_pad="SAME_UPPER")
    conv("conv1d_same_lower", [1, 2, "T"], (1, 2, 11), (3, 2, 4), auto_pad="SAME_LOWER")
    conv("conv1d_same_stride_fixed", [1, 2, 11], (1, 2, 11), (3, 2, 4), auto_pad="SAME_UPPER", strides=[2],
         options={"timeAxis": {"x": 2}})
    conv("conv1d_valid", [1, 2, "T"], (1, 2, 11), (3, 2, 4), auto_pad="VALID")
    conv("conv2d_width_is_time", [1, 2, 9, "W"], (1, 2, 9, 14), (4, 2, 3, 5), pads=[1, 2, 0, 1], strides=[2, 1])
    conv("conv2d_height_is_time", ["N", 2, "T", 9], (1, 2, 14, 9), (4, 2, 5, 3), pads=[4, 1, 0, 1], strides=[1, 2],
         dilations=[1, 2])
    conv("conv2d_groups", [1, 4, 6, "W"], (1, 4, 6, 8), (8, 2, 3, 3), group=2, pads=[1, 1, 1, 1])
    conv("conv2d_same_inside", [1, 2, 9, "W"], (1, 2, 9, 8), (4, 2, 4, 3), auto_pad="SAME_LOWER", strides=[2, 1])
    conv("conv3d", [1, 2, "T", 6, 7], (1, 2, 9, 6, 7), (3, 2, 3, 3, 2), pads=[1, 1, 0, 1, 1, 1], strides=[2, 1, 2])
    conv("conv3d_time_last", [1, 2, 4, 5, "T"], (1, 2, 4, 5, 8), (3, 2, 2, 3, 3), pads=[0, 1, 2, 0, 1, 0])
    conv("conv3d_flat", [1, 2, "T", 1, 7], (1, 2, 9, 1, 7), (3, 2, 3, 1, 2), dilations=[1, 1, 2])

    n = Network("conv_calls")  # no axis is time: each call is one frame
    x = n.input("x", ["N", 1, 8, 8])
    v = n.add("Relu", [n.add("Conv", [x, n.weights(4, 1, 3, 3)], pads=[1, 1, 1, 1])])
    v = n.add("Flatten", [n.add("MaxPool", [v], kernel_shape=[2, 2], strides=[2, 2])])
    n.add("Gemm", [v, n.weights(3, 64), n.weights(3)], [n.output("y")], transB=1)
    write(n, {"x": noise(n, 4, 1, 1, 8, 8)}, calls=True)

    n = Network("conv_time_distributed")  # [N, T, C, H, W] through a merged axis
    x = n.input("x", ["N", "T", 2, 5, 6])
    v = n.add("Reshape", [x, n.integers(-1, 2, 5, 6)])
    v = n.add("Conv", [v, n.weights(3, 2, 3, 3), n.weights(3)], pads=[1, 1, 1, 1])
    v = n.add("GlobalAveragePool", [n.add("Relu", [v])])
    shape = n.add("Concat", [n.add("Slice", [n.add("Shape", [x]), n.integers(0), n.integers(2)]), n.integers(3)], axis=0)
    v = n.add("Reshape", [v, shape])
    v = n.add("Transpose", [v], perm=[1, 0, 2])
    n.add("LSTM", [v, n.weights(1, 16, 3), n.weights(1, 16, 4)], ["", n.output("y")], hidden_size=4)
    write(n, {"x": noise(n, 1, 6, 2, 5, 6)})

    n = Network("conv_time_distributed_fixed")
    x = n.input("x", [1, 6, 2, 5, 6])
    v = n.add("Reshape", [x, n.integers(6, 2, 5, 6)])
    v = n.add("Conv", [v, n.weights(3, 2, 3, 3), n.weights(3)], pads=[1, 1, 1, 1])
    v = n.add("Reshape", [v, n.integers(1, 6, 90)])
    v = n.add("Transpose", [v], perm=[1, 0, 2])
    n.add("GRU", [v, n.weights(1, 12, 90, scale=0.1), n.weights(1, 12, 4)], ["", n.output("y")], hidden_size=4)
    write(n, {"x": noise(n, 1, 6, 2, 5, 6)})

    n = Network("conv_channels_last")  # as tf2onnx writes an image network: NHWC, read along the width
    x = n.input("x", ["N", 6, 10, 2])
    v = n.add("Transpose", [x], perm=[0, 3, 1, 2])
    v = n.add("Conv", [v, n.weights(4, 2, 3, 3), n.weights(4)], auto_pad="SAME_UPPER")
    v = n.add("MaxPool", [v], kernel_shape=[2, 2], strides=[2, 2])
    v = n.add("Transpose", [v], perm=[0, 3, 1, 2])  # N W C H
    v = n.add("Reshape", [v, n.integers(-1, 5, 12)])
    v = n.add("Transpose", [v], perm=[1, 0, 2])
    y = n.add("LSTM", [v, n.weights(1, 20, 12), n.weights(1, 20, 5)], hidden_size=5)
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 10, 2)})

    n = Network("conv_pad_merged")
    x = n.input("x", [1, 3, "T"])
    v = n.add("Pad", [x, n.integers(0, 0, 4, 0, 0, 0)])
    n.add("Conv", [v, n.weights(4, 3, 3)], [n.output("y")], dilations=[2])
    write(n, {"x": noise(n, 1, 3, 9)})

    n = Network("refuse_same_stride_open")
    x = n.input("x", [1, 2, "T"])
    n.add("Conv", [x, n.weights(3, 2, 4)], [n.output("y")], auto_pad="SAME_UPPER", strides=[2])
    refuse(n, "conv0", "Conv", "length", "--shape")

    n = Network("refuse_conv3d_calls")
    x = n.input("x", [1, 2, 4, 5, 6])
    n.add("Conv", [x, n.weights(3, 2, 2, 2, 2)], [n.output("y")])
    refuse(n, "conv0", "Conv", "--time-axis")

    n = Network("refuse_batch")
    x = n.input("x", [8, 1, 6, 6])
    n.add("Conv", [x, n.weights(3, 1, 2, 2)], [n.output("y")])
    refuse(n, "conv0", "Conv", "batch", "--shape")

    n = Network("refuse_conv_computed_weights")
    x = n.input("x", [1, 2, "T"])
    w = n.input("w", [3, 2, 3])
    n.add("Conv", [x, w], [n.output("y")])
    refuse(n, "conv0", "Conv", "weights", "constant")


# --- Pools -----------------------------------------------------------------------------------------------------------------

def pools():
    def pool(name, op, shape, feed, opset=17, options=None, **attributes):
        n = Network(name, opset)
        n.add(op, [n.input("x", shape)], [n.output("y")], **attributes)
        write(n, {"x": noise(n, *feed)}, options=options)

    pool("maxpool_time", "MaxPool", [1, 3, "T"], (1, 3, 13), kernel_shape=[3], strides=[2], pads=[1, 0])
    pool("maxpool_ceil", "MaxPool", [1, 3, "T"], (1, 3, 14), kernel_shape=[3], strides=[2], ceil_mode=1)
    pool("maxpool_2d", "MaxPool", [1, 3, 7, "W"], (1, 3, 7, 9), kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    pool("maxpool_dilated", "MaxPool", [1, 3, 9, "W"], (1, 3, 9, 9), kernel_shape=[3, 2], dilations=[2, 3])
    pool("maxpool_same", "MaxPool", [1, 3, 9, "W"], (1, 3, 9, 9), kernel_shape=[2, 3], auto_pad="SAME_UPPER")
    pool("averagepool", "AveragePool", [1, 3, 7, "W"], (1, 3, 7, 9), kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1])
    pool("averagepool_counts", "AveragePool", [1, 3, 7, "W"], (1, 3, 7, 9), kernel_shape=[3, 3], strides=[2, 2],
         pads=[1, 1, 1, 1], count_include_pad=1)
    pool("averagepool_ceil", "AveragePool", [1, 3, 8, "W"], (1, 3, 8, 9), kernel_shape=[3, 2], strides=[2, 2],
         pads=[0, 0, 0, 0], ceil_mode=1)
    pool("averagepool_ceil_counts", "AveragePool", [1, 3, 7, "W"], (1, 3, 7, 10), kernel_shape=[3, 3], strides=[3, 3],
         pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1, opset=19)
    pool("averagepool_whole", "AveragePool", [1, 3, 2, 9], (1, 3, 2, 9), kernel_shape=[2, 9], options={"timeAxis": {"x": 3}})
    pool("lppool", "LpPool", [1, 3, 6, "W"], (1, 3, 6, 9), kernel_shape=[2, 3], strides=[2, 1], p=2, pads=[0, 1, 0, 1])
    pool("lppool_odd", "LpPool", [1, 3, 6, "W"], (1, 3, 6, 9), kernel_shape=[2, 3], strides=[2, 3], p=3)
    pool("globalaverage_time", "GlobalAveragePool", [1, 3, "T"], (1, 3, 13))
    pool("globalaverage_map", "GlobalAveragePool", [1, 3, 4, "W"], (1, 3, 4, 7))
    pool("globalmax_map", "GlobalMaxPool", [1, 3, 4, "W"], (1, 3, 4, 7))
    pool("globallp_map", "GlobalLpPool", [1, 3, 4, "W"], (1, 3, 4, 7), p=2)

    for name, k, p in [("lppool_pattern", 8.0, 4.0), ("lppool_pattern_mean", 1.0, 2.0)]:
        n = Network(name)
        x = n.input("x", [1, 3, "T", 8])
        v = n.add("Pow", [x, n.constant(p)])
        v = n.add("Pad", [v, n.integers(*[0] * 8)])
        v = n.add("AveragePool", [v], kernel_shape=[2, 4], strides=[2, 4])
        v = n.add("Mul", [n.add("Sign", [v]), n.add("Relu", [n.add("Abs", [v])])])
        v = n.add("Mul", [v, n.constant(k)])
        n.add("Pow", [v, n.constant(1 / p)], [n.output("y")])
        write(n, {"x": noise(n, 1, 3, 10, 8)})

    n = Network("refuse_maxpool_indices")
    n.add("MaxPool", [n.input("x", [1, 3, "T"])], [n.output("y"), n.output("i", kind=TensorProto.INT64)], kernel_shape=[2])
    refuse(n, "maxpool0", "MaxPool", "positions")


# --- Matrices --------------------------------------------------------------------------------------------------------------

def matrices():
    n = Network("matmul_add")
    v = n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(6, 4)])
    n.add("Add", [v, n.weights(4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("matmul_rows")  # the same matrix for each row of a frame
    n.add("MatMul", [n.input("x", [1, "T", 3, 6]), n.weights(6, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 3, 6)})

    n = Network("matmul_left")
    n.add("MatMul", [n.weights(4, 6), n.input("x", [1, 6, "T"])], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 5)})

    n = Network("matmul_vector")
    n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(6)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("matmul_over_time")  # needs all frames at once
    n.add("MatMul", [n.input("x", [1, 3, 7]), n.weights(7, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 3, 7)}, options={"timeAxis": {"x": 2}})

    n = Network("gemm_scaled")
    x = n.input("x", ["N", 6])
    n.add("Gemm", [x, n.weights(6, 4), n.weights(4)], [n.output("y")], alpha=0.5, beta=2.0)
    write(n, {"x": noise(n, 3, 1, 6)}, calls=True)

    n = Network("gemm_transposed")
    x = n.input("x", [6, 1])
    n.add("Gemm", [x, n.weights(4, 6)], [n.output("y")], transA=1, transB=1)
    write(n, {"x": noise(n, 3, 6, 1)}, calls=True)

    n = Network("flatten_weights")  # a convolution's map is flattened in another order than it is stored
    x = n.input("x", [1, 2, 5, "W"])
    v = n.add("Conv", [x, n.weights(3, 2, 3, 3)], pads=[1, 1, 1, 1])
    v = n.add("Transpose", [v], perm=[0, 3, 1, 2])
    v = n.add("Reshape", [v, n.integers(0, 0, -1)])
    n.add("MatMul", [v, n.weights(15, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 2, 5, 7)})

    n = Network("flatten_time")  # mnist_lstm's head
    x = n.input("x", ["N", 6, 3])
    y = n.add("LSTM", [n.add("Transpose", [x], perm=[1, 0, 2]), n.weights(1, 16, 3), n.weights(1, 16, 4)], hidden_size=4)
    v = n.add("Transpose", [n.add("Squeeze", [y, n.integers(1)])], perm=[1, 0, 2])
    v = n.add("Flatten", [v])
    n.add("Gemm", [v, n.weights(5, 24)], [n.output("y")], transB=1)
    write(n, {"x": noise(n, 1, 6, 3)})

    n = Network("flatten_beside_last")  # all frames at once, and the last state
    x = n.input("x", ["N", 6, 3])
    y, h = n.add("LSTM", [n.add("Transpose", [x], perm=[1, 0, 2]), n.weights(1, 16, 3), n.weights(1, 16, 4)], 2, hidden_size=4)
    v = n.add("Flatten", [n.add("Transpose", [n.add("Squeeze", [y, n.integers(1)])], perm=[1, 0, 2])])
    n.add("Concat", [v, n.add("Squeeze", [h, n.integers(0)])], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 6, 3)})

    n = Network("stack_pairs")  # a pyramid: two frames become one
    x = n.input("x", ["N", "T", 3])
    shape = n.add("Concat", [n.add("Slice", [n.add("Shape", [x]), n.integers(0), n.integers(1)]), n.integers(-1, 6)], axis=0)
    v = n.add("Reshape", [x, shape])
    n.add("MatMul", [v, n.weights(6, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 8, 3)})

    n = Network("refuse_attention")
    x = n.input("x", [1, "T", 4])
    n.add("MatMul", [x, n.add("Transpose", [x], perm=[0, 2, 1])], [n.output("y")])
    refuse(n, "matmul1", "MatMul", "attention")

    n = Network("refuse_flatten_open_time")
    x = n.input("x", ["N", "T", 3])
    n.add("MatMul", [n.add("Reshape", [x, n.integers(1, -1)]), n.weights(24, 4)], [n.output("y")])
    refuse(n, "matmul1", "MatMul", "--shape")


# --- Recurrent layers ------------------------------------------------------------------------------------------------------

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def recurrent():
    def layer(n, op, v, inputs, units, outputs=1, directions=1, bias=True, extra=(), **attributes):
        rows = GATES[op] * units
        names = [v, n.weights(directions, rows, inputs), n.weights(directions, rows, units),
                 n.weights(directions, 2 * rows) if bias else ""] + list(extra)
        return n.add(op, names, outputs, hidden_size=units, **attributes)

    def case(name, op, directions=1, extra=lambda n: (), feed=(7, 1, 3), options=None, opset=17, **attributes):
        n = Network(name, opset)
        x = n.input("x", ["T", "N", 3])
        names = [n.output("y"), n.output("h")]
        layer(n, op, x, 3, 4, names, directions, extra=extra(n), **attributes)
        write(n, {"x": noise(n, *feed)}, options=options)

    for op in GATES:
        case(f"{op.lower()}_forward", op)
        case(f"{op.lower()}_reverse", op, direction="reverse")
        case(f"{op.lower()}_bidirectional", op, 2, direction="bidirectional")
        case(f"{op.lower()}_initial", op, 2, lambda n: ["", n.weights(2, 1, 4)] + ([n.weights(2, 1, 4)] if op == "LSTM" else []),
             direction="bidirectional")
        # onnxruntime leaves the argument of h unclipped; the cell state stays below this clip, so that it makes no difference.
        case(f"{op.lower()}_clip", op, clip=0.9)
    case("gru_reset_after", "GRU", linear_before_reset=1)
    case("gru_reset_after_bidirectional", "GRU", 2, direction="bidirectional", linear_before_reset=1)
    case("gru_hard_sigmoid", "GRU", activations=["HardSigmoid", "Tanh"], activation_alpha=[0.2], activation_beta=[0.5])
    case("lstm_relu", "LSTM", activations=["Sigmoid", "Relu", "Relu"])
    case("lstm_alpha_beta", "LSTM", 2, direction="bidirectional",
         activations=["HardSigmoid", "LeakyRelu", "Elu", "HardSigmoid", "Tanh", "Softsign"],
         activation_alpha=[0.3, 0.2, 0.7, 0.15], activation_beta=[0.4, 0.6])
    case("rnn_relu", "RNN", activations=["Relu"])
    case("rnn_affine", "RNN", activations=["ScaledTanh"], activation_alpha=[0.8], activation_beta=[1.5])
    case("lstm_peepholes", "LSTM", 2, lambda n: ["", "", "", n.weights(2, 12)], direction="bidirectional")
    case("lstm_coupled", "LSTM", input_forget=1)
    case("lstm_coupled_peepholes", "LSTM", 1, lambda n: ["", "", "", n.weights(1, 12)], input_forget=1)
    case("lstm_lengths_fixed", "LSTM", 1, lambda n: [n.constant([7], np.int32)], options={"shapes": {"x": [7, 1, 3]}})

    n = Network("gru_stacked_torch")  # as PyTorch exports two bidirectional layers, batch first, with its zero state
    x = n.input("x", ["N", "T", 3])
    v = n.add("Transpose", [x], perm=[1, 0, 2])
    for inputs in (3, 8):
        batch = n.add("Unsqueeze", [n.add("Gather", [n.add("Shape", [v]), n.constant(1, np.int64)], axis=0), n.integers(0)])
        shape = n.add("Concat", [n.integers(2), batch, n.integers(4)], axis=0)
        zero = n.add("ConstantOfShape", [shape], value=numpy_helper.from_array(np.zeros(1, np.float32)))
        y, _ = layer(n, "GRU", v, inputs, 4, 2, 2, extra=["", zero], direction="bidirectional", linear_before_reset=1)
        v = n.add("Reshape", [n.add("Transpose", [y], perm=[0, 2, 1, 3]), n.integers(0, 0, -1)])
    n.add("Transpose", [v], [n.output("y")], perm=[1, 0, 2])
    write(n, {"x": noise(n, 1, 6, 3)})

    n = Network("rnn_static_time_found")  # all sizes fixed: the recurrent node tells which axis is time
    x = n.input("x", [1, 5, 6])
    y = layer(n, "RNN", n.add("Transpose", [x], perm=[1, 0, 2]), 6, 4)
    n.add("Squeeze", [y, n.integers(1, 2)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("last_by_gather")
    x = n.input("x", ["N", "T", 3])
    y = layer(n, "LSTM", n.add("Transpose", [x], perm=[1, 0, 2]), 3, 4)
    v = n.add("Gather", [n.add("Squeeze", [y, n.integers(1)]), n.constant(-1, np.int64)], axis=0)
    n.add("Gemm", [v, n.weights(2, 4)], [n.output("y")], transB=1)
    write(n, {"x": noise(n, 1, 6, 3)})

    n = Network("encoder_decoder")  # the last state repeated as a new sequence
    x = n.input("x", ["N", "T", 3])
    _, h = layer(n, "LSTM", n.add("Transpose", [x], perm=[1, 0, 2]), 3, 4, 2)
    v = n.add("Expand", [h, n.integers(5, 1, 4)])
    y = layer(n, "GRU", v, 4, 3)
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 3)})

    n = Network("repeat_vector")  # the tutorial: an image flattened, a vector repeated as a sequence
    x = n.input("x", ["N", 6, 6, 1])
    v = n.add("Conv", [n.add("Transpose", [x], perm=[0, 3, 1, 2]), n.weights(2, 1, 3, 3)])
    v = n.add("Reshape", [n.add("Transpose", [n.add("Relu", [v])], perm=[0, 2, 3, 1]), n.integers(-1, 32)])
    v = n.add("Unsqueeze", [n.add("Gemm", [v, n.weights(5, 32)], transB=1), n.integers(1)])
    v = n.add("Transpose", [n.add("Tile", [v, n.integers(1, 4, 1)])], perm=[1, 0, 2])
    y = layer(n, "LSTM", v, 5, 4)
    _, h = layer(n, "LSTM", n.add("Squeeze", [y, n.integers(1)]), 4, 4, 2)
    n.add("Softmax", [n.add("Squeeze", [h, n.integers(0)])], [n.output("y")], axis=-1)
    write(n, {"x": noise(n, 1, 6, 6, 1)})

    n = Network("reshape_to_sequence")  # a dense layer's output cut into a sequence
    x = n.input("x", ["N", 6])
    v = n.add("Gemm", [x, n.weights(12, 6)], transB=1)
    v = n.add("Transpose", [n.add("Reshape", [v, n.integers(-1, 4, 3)])], perm=[1, 0, 2])
    _, h = layer(n, "LSTM", v, 3, 4, 2)
    n.add("Squeeze", [h, n.integers(0)], [n.output("y")])
    write(n, {"x": noise(n, 1, 6)})

    n = Network("reshape_to_one_step")
    x = n.input("x", ["N", 6])
    v = n.add("Transpose", [n.add("Reshape", [x, n.integers(-1, 1, 6)])], perm=[1, 0, 2])
    _, h = layer(n, "GRU", v, 6, 4, 2)
    n.add("Squeeze", [h, n.integers(0)], [n.output("y")])
    write(n, {"x": noise(n, 1, 6)})

    n = Network("sequence_of_map_rows")  # channels of a map as the sequence's steps
    x = n.input("x", ["N", 2, 4, 4])
    v = n.add("Conv", [x, n.weights(3, 2, 3, 3)])
    v = n.add("Transpose", [n.add("Reshape", [v, n.integers(-1, 3, 4)])], perm=[1, 0, 2])
    _, h = layer(n, "RNN", v, 4, 4, 2)
    n.add("Squeeze", [h, n.integers(0)], [n.output("y")])
    write(n, {"x": noise(n, 1, 2, 4, 4)})

    n = Network("crnn_torch")  # as PyTorch code of the kind `view(T * b, h)` is exported
    x = n.input("x", ["N", 1, 8, "W"])
    v = n.add("Relu", [n.add("Conv", [x, n.weights(4, 1, 3, 3), n.weights(4)], pads=[1, 1, 1, 1])])
    v = n.add("MaxPool", [v], kernel_shape=[2, 2], strides=[2, 2])
    v = n.add("Conv", [v, n.weights(6, 4, 4, 2), n.weights(6)])
    v = n.add("Transpose", [n.add("Squeeze", [v, n.integers(2)])], perm=[2, 0, 1])
    y = layer(n, "LSTM", v, 6, 5, directions=2, direction="bidirectional")
    v = n.add("Reshape", [n.add("Transpose", [y], perm=[0, 2, 1, 3]), n.integers(0, 0, -1)])
    t, b = [n.add("Gather", [n.add("Shape", [v]), n.constant(i, np.int64)], axis=0) for i in (0, 1)]
    t, b, tb = [n.add("Unsqueeze", [i, n.integers(0)]) for i in (t, b, n.add("Mul", [t, b]))]
    v = n.add("Reshape", [v, n.add("Concat", [tb, n.integers(10)], axis=0)])
    v = n.add("Gemm", [v, n.weights(7, 10), n.weights(7)], transB=1)
    v = n.add("Reshape", [v, n.add("Concat", [t, b, n.integers(-1)], axis=0)])
    n.add("LogSoftmax", [v], [n.output("y")], axis=2)
    write(n, {"x": noise(n, 1, 1, 8, 12)})

    for op in GATES:  # onnxruntime knows layout 0 only: its answer to the same weights, with the axes exchanged
        n = Network(f"{op.lower()}_batch_first")
        x = n.input("x", ["N", "T", 3])
        layer(n, op, x, 3, 4, [n.output("y"), n.output("h")], 2, direction="bidirectional", layout=1)
        value, model = noise(n, 1, 6, 3), n.model()
        del model.graph.node[0].attribute[[a.name for a in model.graph.node[0].attribute].index("layout")]
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        y, h = session.run(["y", "h"], {"x": value.transpose(1, 0, 2)})
        save(n)
        cases.append({"name": n.name})
        expected.update({f"{n.name}/in/x": value, f"{n.name}/out/y": y.transpose(2, 0, 1, 3),
                         f"{n.name}/out/h": h.transpose(1, 0, 2)})

    # States carried from call to call.
    n = Network("state_time_axis")
    x, h0 = n.input("x", ["N", "T", 3]), n.input("h0", [1, "N", 4])
    y = layer(n, "GRU", n.add("Transpose", [x], perm=[1, 0, 2]), 3, 4, ["yy", n.output("hn")], extra=["", h0])[0]
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 3)}, states=[("h0", "hn")])

    n = Network("state_calls")  # one step a call; h and c joined in one tensor
    x, s = n.input("x", [1, 3]), n.input("s", [2, 1, 4])
    h, c = [n.add("Unsqueeze", [n.add("Gather", [s, n.constant(i, np.int64)], axis=0), n.integers(0)]) for i in (0, 1)]
    v = n.add("Unsqueeze", [n.add("Gemm", [x, n.weights(5, 3)], transB=1), n.integers(0)])
    _, hn, cn = layer(n, "LSTM", v, 5, 4, 3, extra=["", h, c])
    n.add("Concat", [hn, cn], [n.output("sn")], axis=0)
    n.add("Relu", [n.add("Squeeze", [hn, n.integers(0)])], [n.output("y")])
    write(n, {"x": noise(n, 5, 1, 3)}, calls=True, states=[("s", "sn")])

    n = Network("state_two_layers")  # as DTLN: layers and h, c along two axes of one tensor
    x, s = n.input("x", [1, 1, 3]), n.input("s", [1, 2, 4, 2])
    v, parts = n.add("Transpose", [x], perm=[1, 0, 2]), []
    for k, inputs in enumerate((3, 4)):
        hc = [n.add("Unsqueeze", [n.add("Squeeze", [n.add("Slice", [s, n.integers(k, j), n.integers(k + 1, j + 1), n.integers(1, 3)]),
                                                     n.integers(1, 3)]), n.integers(0)]) for j in (0, 1)]
        y, hn, cn = layer(n, "LSTM", v, inputs, 4, 3, extra=["", *hc])
        v = n.add("Squeeze", [y, n.integers(1)])
        parts.append(n.add("Concat", [n.add("Reshape", [t, n.integers(1, 1, 4, 1)]) for t in (hn, cn)], axis=3))
    n.add("Concat", parts, [n.output("sn")], axis=1)
    n.add("Transpose", [v], [n.output("y")], perm=[1, 0, 2])
    write(n, {"x": noise(n, 5, 1, 1, 3)}, calls=True, states=[("s", "sn")], options={"states": [["s", "sn"]]})

    n = Network("refuse_state_swapped")  # the output does not return the states where they were read
    x, s = n.input("x", [1, 3]), n.input("s", [2, 1, 4])
    h, c = [n.add("Unsqueeze", [n.add("Gather", [s, n.constant(i, np.int64)], axis=0), n.integers(0)]) for i in (0, 1)]
    _, hn, cn = layer(n, "LSTM", n.add("Unsqueeze", [x, n.integers(0)]), 3, 4, 3, extra=["", h, c])
    n.add("Concat", [cn, hn], [n.output("sn")], axis=0)
    n.add("Relu", [hn], [n.output("y")])
    refuse(n, "'s'", "lstm5", "--state")

    n = Network("refuse_state_unpaired")
    x, h0 = n.input("x", ["N", "T", 3]), n.input("h0", [1, "N", 4])
    layer(n, "GRU", n.add("Transpose", [x], perm=[1, 0, 2]), 3, 4, [n.output("y")], extra=["", h0])
    refuse(n, "'h0'", "gru1", "--state")

    n = Network("refuse_state_half")
    x, h0 = n.input("x", ["T", "N", 3]), n.input("h0", [1, "N", 4])
    layer(n, "LSTM", x, 3, 4, [n.output("y"), n.output("hn")], extra=["", h0])
    refuse(n, "lstm0", "LSTM", "states")

    n = Network("refuse_state_unknown")
    x, b = n.input("x", [1, 2, "T"]), n.input("b", [1, 2, 2])
    v = n.add("Concat", [b, x], axis=2)
    n.add("Conv", [v, n.weights(3, 2, 3)], [n.output("y")])
    n.add("Slice", [v, n.integers(-2), n.integers(1 << 60), n.integers(2)], [n.output("bn")])
    refuse(n, "'b'", "state", options={"states": [["b", "bn"]]})

    n = Network("refuse_reverse_state")
    x, h0 = n.input("x", ["T", "N", 3]), n.input("h0", [1, "N", 4])
    layer(n, "GRU", x, 3, 4, [n.output("y"), n.output("hn")], extra=["", h0], direction="reverse")
    refuse(n, "gru0", "GRU", "forward")

    n = Network("refuse_lengths")
    x, k = n.input("x", ["T", "N", 3]), n.input("k", ["N"], TensorProto.INT32)
    layer(n, "LSTM", x, 3, 4, [n.output("y")], extra=[k])
    refuse(n, "lstm0", "LSTM", "sequence_lens")

    n = Network("refuse_cell_output")
    x = n.input("x", ["T", "N", 3])
    layer(n, "LSTM", x, 3, 4, ["y", "h", "c"])
    n.add("Relu", ["c"], [n.output("z")])
    refuse(n, "relu1", "Relu", "cell state")

    n = Network("refuse_two_sequence_axes")
    x = n.input("x", [1, 5, 6])
    y = layer(n, "RNN", n.add("Transpose", [x], perm=[1, 0, 2]), 6, 6)
    y = layer(n, "RNN", n.add("Transpose", [n.add("Squeeze", [y, n.integers(1)])], perm=[2, 1, 0]), 5, 4)
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    refuse(n, "rnn4", "RNN", "axis")


# --- Pointwise -------------------------------------------------------------------------------------------------------------

def pointwise():
    def unary(name, op, feed=None, opset=17, inputs=lambda n: [], **attributes):
        n = Network(name, opset)
        n.add(op, [n.input("x", [1, "T", 6])] + inputs(n), [n.output("y")], **attributes)
        write(n, {"x": noise(n, 1, 5, 6, scale=2) if feed is None else feed(noise(n, 1, 5, 6, scale=2))})

    for op in ["Relu", "Elu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Softplus", "Softsign", "Abs", "Exp", "Sign",
               "Neg", "Selu", "LeakyRelu", "ThresholdedRelu", "Celu", "Identity"]:
        unary(op.lower(), op)
    positive = lambda x: np.abs(x) + 0.1
    for op in ["Log", "Sqrt", "Reciprocal"]:
        unary(op.lower(), op, positive)
    unary("leakyrelu_alpha", "LeakyRelu", alpha=0.3)
    unary("elu_alpha", "Elu", alpha=0.7)
    unary("hardsigmoid_alpha", "HardSigmoid", alpha=0.3, beta=0.4)
    unary("celu_alpha", "Celu", alpha=0.6)
    unary("clip", "Clip", inputs=lambda n: [n.constant(-0.5), n.constant(0.7)])
    unary("clip_low", "Clip", inputs=lambda n: [n.constant(-0.5)])
    unary("clip_attributes", "Clip", opset=7, min=-0.5, max=0.7)
    unary("prelu_channels", "PRelu", inputs=lambda n: [n.weights(6)])
    unary("prelu_one", "PRelu", inputs=lambda n: [n.constant([0.3])])
    for exponent in [2, 3, 4, 5, 6, -1, 0]:
        unary(f"pow_{exponent}".replace("-", "minus_"), "Pow", inputs=lambda n: [n.constant(float(exponent))])
    for exponent in [0.5, 0.25, 1.7, -0.5]:
        unary(f"pow_{exponent}".replace("-", "minus_"), "Pow", positive, inputs=lambda n: [n.constant(exponent)])
    unary("dropout", "Dropout", opset=13)
    unary("cast", "Cast", to=TensorProto.FLOAT)
    n = Network("pow_base")
    n.add("Pow", [n.constant(1.7), n.input("x", [1, "T", 6])], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("prelu_map")  # slopes that are not one per channel
    x = n.input("x", [1, 2, 5, "W"])
    n.add("PRelu", [x, n.weights(2, 5, 1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 2, 5, 4)})

    def binary(name, op, shape, reversed=False, rank=(1, "T", 3, 4), feed=(1, 5, 3, 4), positive=False, options=None):
        n = Network(name)
        c = n.constant(np.abs(n.random.standard_normal(shape)) + 0.2 if positive else n.random.standard_normal(shape))
        x = n.input("x", list(rank))
        n.add(op, [c, x] if reversed else [x, c], [n.output("y")])
        value = noise(n, *feed)
        write(n, {"x": np.abs(value) + 0.3 if positive else value}, options=options)

    for op in ["Add", "Sub", "Mul", "Div", "Min", "Max"]:
        positive_only = op == "Div"
        binary(f"{op.lower()}_scalar", op, (), positive=positive_only)
        binary(f"{op.lower()}_scalar_first", op, (), True, positive=positive_only)
        binary(f"{op.lower()}_channel", op, (4,), positive=positive_only)
        binary(f"{op.lower()}_element", op, (3, 4), True, positive=positive_only)
        binary(f"{op.lower()}_row", op, (1, 1, 3, 1), positive=positive_only)
    for shape, name in [((1, 5, 1, 1), "time"), ((1, 5, 3, 4), "time_element"), ((5, 1, 4), "time_channel")]:
        binary(f"mul_{name}", "Mul", shape, rank=(1, 5, 3, 4), options={"timeAxis": {"x": 1}})
    binary("add_grows", "Add", (1, 1, 3, 4), rank=(1, "T", 1, 4), feed=(1, 5, 1, 4))

    def two(name, op, first, second, feed1, feed2, order=("a", "b"), positive=False):
        n = Network(name)
        n.input("a", first), n.input("b", second)
        n.add(op, list(order), [n.output("y")])
        fix = (lambda v: np.abs(v) + 0.3) if positive else (lambda v: v)
        write(n, {"a": fix(noise(n, *feed1)), "b": fix(noise(n, *feed2))})

    for op in ["Add", "Sub", "Mul", "Div", "Min", "Max"]:
        two(f"two_{op.lower()}", op, [1, "T", 6], [1, "T", 6], (1, 5, 6), (1, 5, 6), positive=op == "Div")
        two(f"two_{op.lower()}_smaller_first", op, [1, "T", 3, 4], [1, "T", 3, 1], (1, 5, 3, 4), (1, 5, 3, 1), ("b", "a"),
            positive=op == "Div")
    two("two_row", "Add", [1, "T", 3, 4], [1, "T", 1, 4], (1, 5, 3, 4), (1, 5, 1, 4))
    two("two_outer", "Mul", [1, "T", 3, 1], [1, "T", 1, 4], (1, 5, 3, 1), (1, 5, 1, 4))
    two("two_once_per_sequence", "Add", [1, "T", 6], [1, 1, 6], (1, 5, 6), (1, 1, 6))
    two("two_transposed", "Add", [1, 3, "T", 4], [1, 3, "T", 4], (1, 3, 5, 4), (1, 3, 5, 4))

    n = Network("square")
    x = n.input("x", [1, "T", 6])
    n.add("Mul", [x, x], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})
    n = Network("squeeze_excite")  # a mean over the map scales its channels
    x = n.input("x", [1, 4, 5, "W"])
    v = n.add("Conv", [x, n.weights(4, 4, 3, 3)], pads=[1, 1, 1, 1])
    g = n.add("Sigmoid", [n.add("ReduceMean", [v], axes=[2], keepdims=1)])
    n.add("Mul", [v, g], [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 5, 6)})
    n = Network("layer_normalization")  # written out
    x = n.input("x", [1, "T", 6])
    d = n.add("Sub", [x, n.add("ReduceMean", [x], axes=[-1])])
    v = n.add("ReduceMean", [n.add("Pow", [d, n.constant(2.0)])], axes=[-1])
    s = n.add("Sqrt", [n.add("Add", [v, n.constant(1e-5)])])
    n.add("Add", [n.add("Mul", [n.add("Div", [d, s]), n.weights(6)]), n.weights(6)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})
    n = Network("sum_and_mean")
    a, b, c = [n.input(k, [1, "T", 3]) for k in "abc"]
    n.add("Mean", [n.add("Sum", [a, b, n.weights(3)]), c], [n.output("y")])
    write(n, {k: noise(n, 1, 5, 3) for k in "abc"})

    for name, shape, feed in [("batchnorm_map", [1, 3, 4, "W"], (1, 3, 4, 5)), ("batchnorm_frames", [1, 3, "T"], (1, 3, 5))]:
        n = Network(name)
        x = n.input("x", shape)
        c = [n.weights(3), n.weights(3), n.weights(3), n.constant(np.abs(n.random.standard_normal(3)) + 0.1)]
        n.add("BatchNormalization", [x, *c], [n.output("y")], epsilon=1e-3)
        write(n, {"x": noise(n, *feed)})
    n = Network("batchnorm_before_padding")  # must not be folded into the convolution
    x = n.input("x", [1, 3, "T"])
    c = [n.weights(3), n.weights(3), n.weights(3), n.constant(np.abs(n.random.standard_normal(3)) + 0.1)]
    n.add("Conv", [n.add("BatchNormalization", [x, *c]), n.weights(4, 3, 3)], [n.output("y")], pads=[1, 1])
    write(n, {"x": noise(n, 1, 3, 7)})
    n = Network("batchnorm_over_time")
    x = n.input("x", [1, 5, 6])
    c = [n.weights(5), n.weights(5), n.weights(5), n.constant(np.abs(n.random.standard_normal(5)) + 0.1)]
    n.add("BatchNormalization", [x, *c], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)}, options={"timeAxis": {"x": 1}})

    n = Network("refuse_pow_computed")
    a, b = n.input("a", [1, "T", 3]), n.input("b", [1, "T", 3])
    n.add("Pow", [a, b], [n.output("y")])
    refuse(n, "pow0", "Pow", "exponent")
    n = Network("refuse_erf")
    n.add("Erf", [n.input("x", [1, "T", 3])], [n.output("y")])
    refuse(n, "erf0", "Erf", "not supported")
    n = Network("refuse_not_finite")
    n.add("Mul", [n.input("x", [1, "T", 3]), n.constant([1, np.nan, 2])], [n.output("y")])
    refuse(n, "mul0", "Mul", "finite")


# --- Softmax, reductions ---------------------------------------------------------------------------------------------------

def reductions():
    def softmax(name, shape, feed, op="Softmax", opset=17, **attributes):
        n = Network(name, opset)
        n.add(op, [n.input("x", shape)], [n.output("y")], **attributes)
        write(n, {"x": noise(n, *feed)})

    softmax("softmax", [1, "T", 6], (1, 5, 6), axis=-1)
    softmax("softmax_log", [1, "T", 6], (1, 5, 6), "LogSoftmax", axis=2)
    softmax("softmax_middle", [1, "T", 3, 4], (1, 5, 3, 4), axis=2)
    softmax("softmax_channels_first", [1, 6, "T"], (1, 6, 5), axis=1)
    softmax("softmax_old", ["T", 2, 3], (5, 2, 3), opset=11, axis=1)
    n = Network("refuse_softmax_time")
    n.add("Softmax", [n.input("x", [1, "T", 6])], [n.output("y")], axis=1)
    refuse(n, "softmax0", "Softmax", "time")

    for op in ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare"]:
        for axes, keep, label in [([1], 0, "time"), ([1], 1, "time_kept"), ([3], 0, "channels"), ([2], 1, "rows_kept"),
                                  ([2, 3], 0, "frame"), ([1, 2], 0, "time_and_rows"), ([1, 2, 3], 1, "all")]:
            if op in ["ReduceL1", "ReduceL2", "ReduceSumSquare"] and label != "frame":
                continue
            n = Network(f"{op.lower()}_{label}")
            x = n.input("x", [1, "T", 3, 4])
            if op == "ReduceSum":
                n.add(op, [x, n.integers(*axes)], [n.output("y")], keepdims=keep)
            else:
                n.add(op, [x], [n.output("y")], axes=axes, keepdims=keep)
            write(n, {"x": noise(n, 1, 5, 3, 4)})
    n = Network("reducemean_map")  # rows of a map, channels first
    x = n.input("x", [1, 2, 5, "W"])
    v = n.add("Conv", [x, n.weights(3, 2, 3, 3)])
    n.add("ReduceMean", [v], [n.output("y")], axes=[2], keepdims=0)
    write(n, {"x": noise(n, 1, 2, 5, 6)})
    n = Network("reducemax_opset18", 18)
    n.add("ReduceMax", [n.input("x", [1, "T", 3, 4]), n.integers(2)], [n.output("y")], keepdims=0)
    write(n, {"x": noise(n, 1, 5, 3, 4)})
    n = Network("mean_of_open_first_axis")  # what looks like a batch is the sequence
    n.add("ReduceMean", [n.input("x", ["T", 4])], [n.output("y")], axes=[0], keepdims=0)
    write(n, {"x": noise(n, 6, 4)})
    n = Network("conv_of_open_first_axis")
    v = n.add("Transpose", [n.add("Unsqueeze", [n.input("x", ["T", 4]), n.integers(0)])], perm=[0, 2, 1])
    n.add("Conv", [v, n.weights(3, 4, 3)], [n.output("y")], pads=[1, 1])
    write(n, {"x": noise(n, 6, 4)})
    n = Network("sum_by_length")  # a mean written with the length, which the file fixes
    x = n.input("x", [1, 6, 4])
    t = n.add("Cast", [n.add("Gather", [n.add("Shape", [x]), n.constant(1, np.int64)])], to=TensorProto.FLOAT)
    n.add("Div", [n.add("ReduceSum", [x, n.integers(1)], keepdims=0), t], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 4)}, options={"timeAxis": {"x": 1}})
    n = Network("refuse_sum_by_open_length")
    x = n.input("x", [1, "T", 4])
    t = n.add("Cast", [n.add("Gather", [n.add("Shape", [x]), n.constant(1, np.int64)])], to=TensorProto.FLOAT)
    n.add("Div", [n.add("ReduceSum", [x, n.integers(1)], keepdims=0), t], [n.output("y")])
    refuse(n, "div4", "Div", "open size")
    n = Network("mean_beside_last")  # two results of the whole sequence joined
    x = n.input("x", ["N", "T", 3])
    m = n.add("ReduceMean", [x], axes=[1], keepdims=0)
    l = n.add("Gather", [x, n.constant(-1, np.int64)], axis=1)
    n.add("Concat", [m, l], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 5, 3)})


# --- Moving values ---------------------------------------------------------------------------------------------------------

def movements():
    for axis, first, second in [(2, (3, 4), (2, 4)), (3, (3, 4), (3, 2))]:
        n = Network(f"concat_axis{axis}")
        a, b = n.input("a", [1, "T", *first]), n.input("b", [1, "T", *second])
        n.add("Concat", [a, b], [n.output("y")], axis=axis)
        write(n, {"a": noise(n, 1, 5, *first), "b": noise(n, 1, 5, *second)})
    n = Network("concat_maps")  # U-net style, on channels
    x = n.input("x", [1, 2, 5, "W"])
    v = n.add("Conv", [x, n.weights(3, 2, 3, 3)], pads=[1, 1, 1, 1])
    n.add("Concat", [x, v], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 2, 5, 6)})
    n = Network("concat_constant")
    x = n.input("x", [1, 1, 4])
    n.add("Concat", [n.weights(1, 1, 2), x, n.weights(1, 1, 3)], [n.output("y")], axis=2)
    write(n, {"x": noise(n, 3, 1, 1, 4)}, calls=True)
    n = Network("concat_zeros_in_time")  # causal padding
    x = n.input("x", [1, "T", 4])
    n.add("Concat", [n.constant(np.zeros((1, 2, 4))), x], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 5, 4)})
    n = Network("concat_once_per_sequence")  # features beside a sequence
    x, f = n.input("x", ["N", "T", 4]), n.input("f", ["N", 3])
    t = n.add("Gather", [n.add("Shape", [x]), n.integers(1)], axis=0)
    shape = n.add("Concat", [n.integers(1), t, n.integers(3)], axis=0)
    v = n.add("Expand", [n.add("Unsqueeze", [f, n.integers(1)]), shape])
    n.add("Concat", [x, v], [n.output("y")], axis=2)
    write(n, {"x": noise(n, 1, 5, 4), "f": noise(n, 1, 3)})
    n = Network("refuse_concat_time")
    a, b = n.input("a", [1, "T", 4]), n.input("b", [1, "T", 4])
    n.add("Concat", [a, b], [n.output("y")], axis=1)
    refuse(n, "concat0", "Concat", "time")

    n = Network("split")
    x = n.input("x", [1, "T", 6])
    n.add("Split", [x, n.integers(2, 3, 1)], [n.output("a"), n.output("b"), n.output("c")], axis=2)
    write(n, {"x": noise(n, 1, 5, 6)})
    n = Network("split_equal", 13)
    a, b = n.add("Split", [n.input("x", [1, "T", 6])], 2, axis=-1)
    n.add("Mul", [a, n.add("Sigmoid", [b])], [n.output("y")])  # a gated linear unit
    write(n, {"x": noise(n, 1, 5, 6)})
    n = Network("split_map_channels")
    x = n.input("x", [1, 4, 3, "W"])
    a, b = n.add("Split", [n.add("Conv", [x, n.weights(4, 4, 1, 1)])], 2, axis=1)
    n.add("Concat", [b, a], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 4, 3, 5)})

    for name, start, end, axis, step in [("frame", 1, 5, 2, 1), ("step", 0, 6, 2, 2), ("backwards", -1, -7, 2, -2),
                                         ("time_start", 2, 1 << 62, 1, 1), ("time_end", 0, -2, 1, 1), ("time_step", 1, 1 << 62, 1, 2),
                                         ("time_last", -1, 1 << 62, 1, 1), ("time_first", 0, 1, 1, 1)]:
        n = Network(f"slice_{name}")
        x = n.input("x", [1, "T", 6])
        n.add("Slice", [x, n.integers(start), n.integers(end), n.integers(axis), n.integers(step)], [n.output("y")])
        write(n, {"x": noise(n, 1, 7, 6)})
    n = Network("slice_old", 9)
    n.add("Slice", [n.input("x", [1, "T", 6])], [n.output("y")], starts=[1, -4], ends=[-1, 1 << 40], axes=[1, 2])
    write(n, {"x": noise(n, 1, 7, 6)})
    n = Network("slice_by_shape")  # all frames but the last two, by arithmetic on the length
    x = n.input("x", [1, "T", 6])
    t = n.add("Sub", [n.add("Gather", [n.add("Shape", [x]), n.integers(1)], axis=0), n.integers(2)])
    n.add("Slice", [x, n.integers(0), t, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 7, 6)})
    n = Network("slice_time_fixed")
    x = n.input("x", [1, 7, 6])
    n.add("Slice", [x, n.integers(1), n.integers(5), n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 7, 6)}, options={"timeAxis": {"x": 1}})
    n = Network("residual_cropped")  # an unpadded convolution beside its cropped input
    x = n.input("x", [1, 3, "T"])
    v = n.add("Conv", [x, n.weights(3, 3, 3)])
    c = n.add("Slice", [x, n.integers(1), n.integers(-1), n.integers(2)])
    n.add("Add", [v, c], [n.output("y")])
    write(n, {"x": noise(n, 1, 3, 8)})
    n = Network("refuse_slice_reversed_time")
    n.add("Slice", [n.input("x", [1, "T", 6]), n.integers(-1), n.integers(-1 << 62), n.integers(1), n.integers(-1)], [n.output("y")])
    refuse(n, "slice0", "Slice", "reverse")
    n = Network("refuse_slice_first_frames")
    n.add("Slice", [n.input("x", [1, "T", 6]), n.integers(0), n.integers(3), n.integers(1)], [n.output("y")])
    refuse(n, "slice0", "Slice", "length")

    n = Network("gather_frame")
    n.add("Gather", [n.input("x", [1, "T", 6]), n.integers(3, 0, -1, 3)], [n.output("y")], axis=2)
    write(n, {"x": noise(n, 1, 5, 6)})
    n = Network("gather_matrix")
    n.add("Gather", [n.input("x", [1, "T", 6]), n.constant([[0, 1], [3, 2]], np.int64)], [n.output("y")], axis=2)
    write(n, {"x": noise(n, 1, 5, 6)})
    n = Network("gather_frame_number")
    n.add("Gather", [n.input("x", [1, "T", 6]), n.constant(2, np.int64)], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 5, 6)})
    n = Network("embedding")
    x = n.input("x", ["N", "T"], TensorProto.INT64)
    v = n.add("Transpose", [n.add("Gather", [n.weights(9, 4), x])], perm=[1, 0, 2])
    n.add("GRU", [v, n.weights(1, 9, 4), n.weights(1, 9, 3)], [n.output("y")], hidden_size=3)
    write(n, {"x": np.array([[3, 8, 0, 1, 1]])})
    n = Network("embedding_calls")
    x = n.input("x", ["N", 3], TensorProto.INT32)
    v = n.add("Flatten", [n.add("Gather", [n.weights(9, 4), n.add("Cast", [x], to=TensorProto.INT64)])])
    n.add("Gemm", [v, n.weights(12, 2)], [n.output("y")])
    write(n, {"x": np.array([[[3, 8, 0]], [[1, 1, 2]]], np.int32)}, calls=True)
    n = Network("integer_image")
    x = n.input("x", ["N", "T", 4], TensorProto.UINT8)
    n.add("Div", [n.add("Cast", [x], to=TensorProto.FLOAT), n.constant(255.0)], [n.output("y")])
    write(n, {"x": np.arange(20, dtype=np.uint8).reshape(1, 5, 4) * 12})
    n = Network("refuse_gather_computed")
    x, i = n.input("x", [1, "T", 6]), n.input("i", ["K"], TensorProto.INT64)
    n.add("Gather", [x, i], [n.output("y")], axis=1)
    refuse(n, "gather0", "Gather", "constant")

    n = Network("expand_frame")
    n.add("Expand", [n.input("x", [1, "T", 1, 4]), n.integers(1, 1, 3, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 1, 4)})
    n = Network("tile_frame")
    n.add("Tile", [n.input("x", [1, "T", 3]), n.integers(1, 1, 2)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 3)})
    n = Network("refuse_tile_time")
    n.add("Tile", [n.input("x", [1, "T", 3]), n.integers(1, 2, 1)], [n.output("y")])
    refuse(n, "tile0", "Tile", "sequence")

    for mode in ["constant", "reflect", "edge"]:
        n = Network(f"pad_{mode}")
        n.add("Pad", [n.input("x", [1, "T", 5]), n.integers(0, 0, 2, 0, 0, 3)], [n.output("y")], mode=mode)
        write(n, {"x": noise(n, 1, 4, 5)})
    n = Network("pad_value")
    n.add("Pad", [n.input("x", [1, "T", 2, 3]), n.integers(0, 0, 1, 0, 0, 0, 0, 2), n.constant(0.7)], [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 2, 3)})
    n = Network("pad_crop")
    n.add("Pad", [n.input("x", [1, "T", 6]), n.integers(0, -1, -2, 0, 0, -1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 6)})
    n = Network("pad_time_zero")
    n.add("Pad", [n.input("x", [1, "T", 3]), n.integers(0, 2, 0, 0, 1, 0)], [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 3)})
    n = Network("pad_time_edge")
    n.add("Pad", [n.input("x", [1, "T", 3]), n.integers(0, 2, 0, 0, 1, 0)], [n.output("y")], mode="edge")
    write(n, {"x": noise(n, 1, 4, 3)})
    n = Network("pad_time_value")
    n.add("Pad", [n.input("x", [1, "T", 3]), n.integers(0, 2, 0, 0, 1, 0), n.constant(0.5)], [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 3)})
    n = Network("pad_time_value_fixed")
    n.add("Pad", [n.input("x", [1, 4, 3]), n.integers(0, 2, 0, 0, 1, 0), n.constant(0.5)], [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 3)}, options={"timeAxis": {"x": 1}})
    n = Network("refuse_pad_time_reflect")
    n.add("Pad", [n.input("x", [1, "T", 3]), n.integers(0, 2, 0, 0, 1, 0)], [n.output("y")], mode="reflect")
    refuse(n, "pad0", "Pad", "reflect")

    n = Network("output_order")  # stored channels last, given channels first
    n.add("Conv", [n.input("x", [1, 2, 5, "W"]), n.weights(3, 2, 2, 2)], [n.output("y")])
    write(n, {"x": noise(n, 1, 2, 5, 4)})
    n = Network("transposed_binary")  # one side transposed inside the frame
    x = n.input("x", [1, "T", 3, 3])
    n.add("Add", [x, n.add("Transpose", [x], perm=[0, 1, 3, 2])], [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 3, 3)})
    n = Network("reshape_split")
    v = n.add("Reshape", [n.input("x", [1, "T", 6]), n.integers(0, 0, 2, 3)])
    n.add("Softmax", [n.add("Transpose", [v], perm=[0, 1, 3, 2])], [n.output("y")], axis=-1)
    write(n, {"x": noise(n, 1, 4, 6)})
    n = Network("time_axis_named")
    n.add("Conv", [n.input("x", [1, 2, 5, 6]), n.weights(3, 2, 2, 2)], [n.output("y")])
    write(n, {"x": noise(n, 1, 2, 5, 6)}, options={"timeAxis": {"": -2}})
    n = Network("shape_given")
    n.add("Conv", [n.input("x", ["N", "C", "H", "W"]), n.weights(3, 2, 2, 2)], [n.output("y")])
    write(n, {"x": noise(n, 1, 2, 5, 6)}, options={"shapes": {"x": [1, 2, 5, 0]}})
    n = Network("weights_folded")  # weights rearranged and scaled in the graph
    w = n.add("Mul", [n.add("Transpose", [n.weights(4, 6)], perm=[1, 0]), n.constant(0.5)])
    n.add("MatMul", [n.input("x", [1, "T", 6]), w], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})


# --- Files that are wrong --------------------------------------------------------------------------------------------------

def broken():
    n = Network("refuse_text")
    refuse(n, "not an ONNX file", raw=b"this is no network, only a text of some length\n" * 4)
    refuse(Network("refuse_empty"), "empty", raw=b"")

    n = Network("refuse_cut_off")
    n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(6, 4)], [n.output("y")])
    whole = n.model().SerializeToString()
    refuse(n, "ONNX file", raw=whole[: len(whole) // 2])

    n = Network("refuse_cycle")
    n.nodes.append(helper.make_node("Add", ["x", "b"], ["a"], name="first"))
    n.nodes.append(helper.make_node("Relu", ["a"], ["b"], name="second"))
    n.input("x", [1, "T", 3])
    n.add("Relu", ["b"], [n.output("y")])
    refuse(n, "cycle")

    n = Network("refuse_missing_input")
    n.input("x", [1, "T", 3])
    n.add("Add", ["x", "nowhere"], [n.output("y")])
    refuse(n, "add0", "Add", "nowhere")

    n = Network("refuse_external_absent")
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[6, 4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights.bin")
    n.initializers.append(tensor)
    n.add("MatMul", [n.input("x", [1, "T", 6]), "w"], [n.output("y")])
    refuse(n, "weights.bin", "same folder")

    n = Network("refuse_external_outside")
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[6, 4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../secret.bin")
    n.initializers.append(tensor)
    n.add("MatMul", [n.input("x", [1, "T", 6]), "w"], [n.output("y")])
    refuse(n, "outside")

    n = Network("refuse_open_axes")
    n.add("Conv", [n.input("x", ["N", 1, "H", "W"]), n.weights(3, 1, 2, 2)], [n.output("y")])
    refuse(n, "axis 2", "--shape", "--time-axis")

    n = Network("refuse_unknown_input")
    n.add("Relu", [n.input("x", [1, "T", 3])], [n.output("y")])
    refuse(n, "'z'", "'x'", options={"timeAxis": {"z": 1}})

    n = Network("refuse_domain")
    n.nodes.append(helper.make_node("Fancy", ["x"], ["y"], name="fancy", domain="com.example"))
    n.input("x", [1, "T", 3]), n.output("y")
    model = n.model()
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    refuse(n, "fancy", "com.example::Fancy", raw=model.SerializeToString())

    n = Network("refuse_wrong_weights")
    n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(5, 4)], [n.output("y")])
    refuse(n, "matmul0", "MatMul", "6")

    n = Network("refuse_huge_pads")
    n.add("Conv", [n.input("x", [1, 2, "T"]), n.weights(3, 2, 3)], [n.output("y")], pads=[1 << 62, 1 << 62])
    refuse(n, "conv0", "Conv", "impossible")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*"):
        path.unlink()
    for group in (convolutions, pools, matrices, recurrent, pointwise, reductions, movements, broken):
        group()
    np.savez_compressed(FOLDER / "expected.npz", **expected)
    (FOLDER / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(len(cases), "cases,", sum(p.stat().st_size for p in FOLDER.glob("*")) // 1024, "KiB")
