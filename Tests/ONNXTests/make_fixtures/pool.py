"""Pools."""

from network import Network, noise, refuse, write
from onnx import TensorProto


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
    pool(
        "averagepool",
        "AveragePool",
        [1, 3, 7, "W"],
        (1, 3, 7, 9),
        kernel_shape=[3, 3],
        strides=[2, 1],
        pads=[1, 1, 1, 1],
    )
    pool(
        "averagepool_counts",
        "AveragePool",
        [1, 3, 7, "W"],
        (1, 3, 7, 9),
        kernel_shape=[3, 3],
        strides=[2, 2],
        pads=[1, 1, 1, 1],
        count_include_pad=1,
    )
    pool(
        "averagepool_ceil",
        "AveragePool",
        [1, 3, 8, "W"],
        (1, 3, 8, 9),
        kernel_shape=[3, 2],
        strides=[2, 2],
        pads=[0, 0, 0, 0],
        ceil_mode=1,
    )
    pool(
        "averagepool_ceil_counts",
        "AveragePool",
        [1, 3, 7, "W"],
        (1, 3, 7, 10),
        kernel_shape=[3, 3],
        strides=[3, 3],
        pads=[1, 1, 1, 1],
        ceil_mode=1,
        count_include_pad=1,
        opset=19,
    )
    counted = {"ceil_mode": 1, "count_include_pad": 1, "opset": 19}
    shape, feed = [1, 3, 6, "W"], (1, 3, 6, 9)
    pool("averagepool_ceil_no_padding", "AveragePool", shape, feed, kernel_shape=[3, 2], strides=[2, 1], **counted)
    shape, feed = [1, 3, "T"], (1, 3, 7)
    pool("averagepool_ceil_time", "AveragePool", shape, feed, kernel_shape=[2], strides=[2], pads=[1, 1], **counted)
    pool(
        "averagepool_whole",
        "AveragePool",
        [1, 3, 2, 9],
        (1, 3, 2, 9),
        kernel_shape=[2, 9],
        options={"timeAxis": {"x": 3}},
    )
    pool("lppool", "LpPool", [1, 3, 6, "W"], (1, 3, 6, 9), kernel_shape=[2, 3], strides=[2, 1], p=2, pads=[0, 1, 0, 1])
    pool("lppool_odd", "LpPool", [1, 3, 6, "W"], (1, 3, 6, 9), kernel_shape=[2, 3], strides=[2, 3], p=3)
    pool("lppool_one", "LpPool", [1, 3, "T"], (1, 3, 9), kernel_shape=[1], p=2)
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
    n.add(
        "MaxPool", [n.input("x", [1, 3, "T"])], [n.output("y"), n.output("i", kind=TensorProto.INT64)], kernel_shape=[2]
    )
    refuse(n, "maxpool0", "MaxPool", "positions")
