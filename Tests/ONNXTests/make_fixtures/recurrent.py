"""Recurrent layers."""

import numpy as np
import onnxruntime
from network import Network, cases, expected, noise, refuse, save, write
from onnx import TensorProto, numpy_helper

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def recurrent():
    def layer(n, op, v, inputs, units, outputs=1, directions=1, bias=True, extra=(), **attributes):
        rows = GATES[op] * units
        names = [
            v,
            n.weights(directions, rows, inputs),
            n.weights(directions, rows, units),
            n.weights(directions, 2 * rows) if bias else "",
        ] + list(extra)
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
        case(
            f"{op.lower()}_initial",
            op,
            2,
            lambda n, op=op: ["", n.weights(2, 1, 4)] + ([n.weights(2, 1, 4)] if op == "LSTM" else []),
            direction="bidirectional",
        )
        # onnxruntime leaves the argument of h unclipped; the cell state stays below this clip, so it does not matter.
        case(f"{op.lower()}_clip", op, clip=0.9)
    case("gru_reset_after", "GRU", linear_before_reset=1)
    case("gru_reset_after_bidirectional", "GRU", 2, direction="bidirectional", linear_before_reset=1)
    case("gru_hard_sigmoid", "GRU", activations=["HardSigmoid", "Tanh"], activation_alpha=[0.2], activation_beta=[0.5])
    case("lstm_relu", "LSTM", activations=["Sigmoid", "Relu", "Relu"])
    case(
        "lstm_alpha_beta",
        "LSTM",
        2,
        direction="bidirectional",
        activations=["HardSigmoid", "LeakyRelu", "Elu", "HardSigmoid", "Tanh", "Softsign"],
        activation_alpha=[0.3, 0.2, 0.7, 0.15],
        activation_beta=[0.4, 0.6],
    )
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
        batch = n.add(
            "Unsqueeze", [n.add("Gather", [n.add("Shape", [v]), n.constant(1, np.int64)], axis=0), n.integers(0)]
        )
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
        expected.update(
            {
                f"{n.name}/in/x": value,
                f"{n.name}/out/y": y.transpose(2, 0, 1, 3),
                f"{n.name}/out/h": h.transpose(1, 0, 2),
            }
        )

    # States carried from call to call.
    n = Network("state_time_axis")
    x, h0 = n.input("x", ["N", "T", 3]), n.input("h0", [1, "N", 4])
    y = layer(n, "GRU", n.add("Transpose", [x], perm=[1, 0, 2]), 3, 4, ["yy", n.output("hn")], extra=["", h0])[0]
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 3)}, states=[("h0", "hn")])

    n = Network("state_time_first")  # as PyTorch exports an LSTM that is not batch first
    x = n.input("x", ["T", "N", 3])
    states = [n.input("h0", [1, "N", 4]), n.input("s0", [1, "N", 4])]
    names = ["yy", n.output("hn"), n.output("sn")]
    y = layer(n, "LSTM", x, 3, 4, names, extra=["", *states])[0]
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 6, 1, 3)}, states=[("h0", "hn"), ("s0", "sn")])

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
        hc = [
            n.add(
                "Unsqueeze",
                [
                    n.add(
                        "Squeeze",
                        [
                            n.add("Slice", [s, n.integers(k, j), n.integers(k + 1, j + 1), n.integers(1, 3)]),
                            n.integers(1, 3),
                        ],
                    ),
                    n.integers(0),
                ],
            )
            for j in (0, 1)
        ]
        y, hn, cn = layer(n, "LSTM", v, inputs, 4, 3, extra=["", *hc])
        v = n.add("Squeeze", [y, n.integers(1)])
        parts.append(n.add("Concat", [n.add("Reshape", [t, n.integers(1, 1, 4, 1)]) for t in (hn, cn)], axis=3))
    n.add("Concat", parts, [n.output("sn")], axis=1)
    n.add("Transpose", [v], [n.output("y")], perm=[1, 0, 2])
    write(n, {"x": noise(n, 5, 1, 1, 3)}, calls=True, states=[("s", "sn")], options={"states": [["s", "sn"]]})

    # Initial states that no output returns: every sequence has its own.
    def free(name, op, states, directions=1, outputs=("y", "h"), constants=(), **attributes):
        n = Network(name)
        x, extra, feeds = n.input("x", ["T", "N", 3]), [""], {}
        for s in ("hidden", "cell") if op == "LSTM" else ("hidden",):
            if s in states:
                extra.append(n.input(s, [directions, "N", 4]))
                feeds[s] = noise(n, directions, 1, 4)
            else:
                extra.append(n.weights(directions, 1, 4) if s in constants else "")
        layer(n, op, x, 3, 4, [n.output(o) for o in outputs], directions, extra=extra, **attributes)
        write(n, {"x": noise(n, 7, 1, 3), **feeds})

    free("lstm_free_states", "LSTM", ("hidden", "cell"), outputs=("y",))
    free("lstm_free_hidden", "LSTM", ("hidden",))
    free("lstm_free_hidden_constant_cell", "LSTM", ("hidden",), constants=("cell",))
    free("lstm_free_cell", "LSTM", ("cell",))
    free("lstm_free_cell_constant_hidden", "LSTM", ("cell",), 2, constants=("hidden",), direction="bidirectional")
    free("lstm_free_bidirectional", "LSTM", ("hidden", "cell"), 2, direction="bidirectional")
    free("gru_free_state", "GRU", ("hidden",), outputs=("y",))
    free("gru_free_reverse", "GRU", ("hidden",), direction="reverse")
    free("gru_free_bidirectional", "GRU", ("hidden",), 2, direction="bidirectional", linear_before_reset=1)
    free("rnn_free_bidirectional", "RNN", ("hidden",), 2, direction="bidirectional")

    n = Network("rnn_state_computed")  # as a captioner begins with its picture
    x, f = n.input("x", ["N", "T", 3]), n.input("f", ["N", 5])
    h0 = n.add("Unsqueeze", [n.add("Tanh", [n.add("Gemm", [f, n.weights(4, 5)], transB=1)]), n.integers(0)])
    y = layer(n, "RNN", n.add("Transpose", [x], perm=[1, 0, 2]), 3, 4, extra=["", h0])
    n.add("Squeeze", [y, n.integers(1)], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 3), "f": noise(n, 1, 5)})

    n = Network("gru_state_of_another")  # an encoder's last state begins the decoder
    x, z = n.input("x", ["T", "N", 3]), n.input("z", ["U", "N", 2])
    _, h = layer(n, "GRU", x, 3, 4, 2)
    layer(n, "GRU", z, 2, 4, [n.output("y")], extra=["", h])
    write(n, {"x": noise(n, 6, 1, 3), "z": noise(n, 4, 1, 2)})

    n = Network("two_inputs_time_first")  # only the file's name for the axis says that the second one is time
    parts = [
        n.add("MatMul", [n.input(name, ["time", 1, width]), n.weights(width, 5)])
        for name, width in (("sound", 4), ("image", 3))
    ]
    layer(n, "GRU", n.add("Tanh", [n.add("Add", parts)]), 5, 4, [n.output("y")])
    write(n, {"sound": noise(n, 6, 1, 4), "image": noise(n, 6, 1, 3)})

    n = Network("refuse_state_swapped")  # the output does not return the states where they were read
    x, s = n.input("x", [1, 3]), n.input("s", [2, 1, 4])
    h, c = [n.add("Unsqueeze", [n.add("Gather", [s, n.constant(i, np.int64)], axis=0), n.integers(0)]) for i in (0, 1)]
    _, hn, cn = layer(n, "LSTM", n.add("Unsqueeze", [x, n.integers(0)]), 3, 4, 3, extra=["", h, c])
    n.add("Concat", [cn, hn], [n.output("sn")], axis=0)
    n.add("Relu", [hn], [n.output("y")])
    refuse(n, "'s'", "lstm5", "--state")

    n = Network("refuse_state_unknown")
    x, b = n.input("x", [1, 2, "T"]), n.input("b", [1, 2, 2])
    v = n.add("Concat", [b, x], axis=2)
    n.add("Conv", [v, n.weights(3, 2, 3)], [n.output("y")])
    n.add("Slice", [v, n.integers(-2), n.integers(1 << 60), n.integers(2)], [n.output("bn")])
    refuse(n, "'b'", "state", options={"states": [["b", "bn"]]})

    n = Network("refuse_reverse_state")
    x, h0 = n.input("x", ["T", "N", 3]), n.input("h0", [1, "N", 4])
    layer(n, "GRU", x, 3, 4, [n.output("y"), n.output("hn")], extra=["", h0], direction="reverse")
    refuse(n, "gru0", "GRU", "forward", options={"states": [["h0", "hn"]]})

    n = Network("refuse_state_half")
    x, h0 = n.input("x", ["T", "N", 3]), n.input("h0", [1, "N", 4])
    layer(n, "LSTM", x, 3, 4, [n.output("y"), n.output("hn")], extra=["", h0])
    refuse(n, "lstm0", "LSTM", "states", options={"states": [["h0", "hn"]]})

    n = Network("refuse_state_sequence")
    x = n.input("x", ["T", "N", 4])
    v = n.add("Transpose", [n.add("Relu", [x])], perm=[1, 0, 2])
    layer(n, "GRU", x, 4, 4, [n.output("y")], extra=["", v])
    refuse(n, "gru2", "GRU", "initial_h")

    n = Network("refuse_state_cell")  # the cell state of one layer begins another
    x = n.input("x", ["T", "N", 3])
    y, h, c = layer(n, "LSTM", x, 3, 4, 3)
    layer(n, "LSTM", x, 3, 4, [n.output("y")], extra=["", h, c])
    refuse(n, "lstm1", "LSTM", "cell state")

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
