"""Convolution."""

from network import Network, noise, refuse, write


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
    conv(
        "conv1d_same_stride_fixed",
        [1, 2, 11],
        (1, 2, 11),
        (3, 2, 4),
        auto_pad="SAME_UPPER",
        strides=[2],
        options={"timeAxis": {"x": 2}},
    )
    conv("conv1d_valid", [1, 2, "T"], (1, 2, 11), (3, 2, 4), auto_pad="VALID")
    conv("conv2d_width_is_time", [1, 2, 9, "W"], (1, 2, 9, 14), (4, 2, 3, 5), pads=[1, 2, 0, 1], strides=[2, 1])
    conv(
        "conv2d_height_is_time",
        ["N", 2, "T", 9],
        (1, 2, 14, 9),
        (4, 2, 5, 3),
        pads=[4, 1, 0, 1],
        strides=[1, 2],
        dilations=[1, 2],
    )
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
    shape = n.add(
        "Concat", [n.add("Slice", [n.add("Shape", [x]), n.integers(0), n.integers(2)]), n.integers(3)], axis=0
    )
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
    refuse(n, "conv0", "Conv", "length", "--input-shape")

    n = Network("refuse_conv3d_calls")
    x = n.input("x", [1, 2, 4, 5, 6])
    n.add("Conv", [x, n.weights(3, 2, 2, 2, 2)], [n.output("y")])
    refuse(n, "conv0", "Conv", "--time-axis")

    n = Network("refuse_batch")
    x = n.input("x", [8, 1, 6, 6])
    n.add("Conv", [x, n.weights(3, 1, 2, 2)], [n.output("y")])
    refuse(n, "conv0", "Conv", "batch", "--input-shape")

    n = Network("refuse_conv_computed_weights")
    x = n.input("x", [1, 2, "T"])
    w = n.input("w", [3, 2, 3])
    n.add("Conv", [x, w], [n.output("y")])
    refuse(n, "conv0", "Conv", "weights", "constant")
