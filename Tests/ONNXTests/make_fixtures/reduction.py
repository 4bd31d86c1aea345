"""Softmax, reductions."""

import numpy as np
from network import Network, noise, refuse, write
from onnx import TensorProto


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

    for op in ["ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceMean"]:
        n = Network(f"{op.lower()}_of_nothing", 18)
        n.add(op, [n.input("x", [1, "T", 6])], [n.output("y")], noop_with_empty_axes=1)
        write(n, {"x": noise(n, 1, 5, 6)})

    for op in ["ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare"]:
        for axes, keep, label in [
            ([1], 0, "time"),
            ([1], 1, "time_kept"),
            ([3], 0, "channels"),
            ([2], 1, "rows_kept"),
            ([2, 3], 0, "frame"),
            ([1, 2], 0, "time_and_rows"),
            ([1, 2, 3], 1, "all"),
        ]:
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
    last = n.add("Gather", [x, n.constant(-1, np.int64)], axis=1)
    n.add("Concat", [m, last], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 5, 3)})
