"""Moving values."""

import numpy as np
from network import Network, noise, refuse, write
from onnx import TensorProto


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

    for name, start, end, axis, step in [
        ("frame", 1, 5, 2, 1),
        ("step", 0, 6, 2, 2),
        ("backwards", -1, -7, 2, -2),
        ("time_start", 2, 1 << 62, 1, 1),
        ("time_end", 0, -2, 1, 1),
        ("time_step", 1, 1 << 62, 1, 2),
        ("time_last", -1, 1 << 62, 1, 1),
        ("time_first", 0, 1, 1, 1),
    ]:
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
    n.add(
        "Slice",
        [n.input("x", [1, "T", 6]), n.integers(-1), n.integers(-1 << 62), n.integers(1), n.integers(-1)],
        [n.output("y")],
    )
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
