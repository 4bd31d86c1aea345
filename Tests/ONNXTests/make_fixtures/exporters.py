"""One operator in the forms that exporters give it, and what is refused for good."""

import numpy as np
from network import Network, noise, refuse, write
from onnx import TensorProto


def exporters():
    normalisations()
    functions()
    forms()
    refused()


def normalisations():
    def case(name, op, shape, feed, parameters, opset=17, output=None, **attributes):
        n = Network(name, opset)
        x = n.input("x", shape)
        n.add(op, [x, *(n.weights(*p) for p in parameters)], [n.output("y")], **attributes)
        write(n, {"x": noise(n, *feed)}, calls=output == "calls", tolerance=2e-5)

    case("layernorm_node", "LayerNormalization", ["N", "T", 6], (1, 5, 6), [(6,), (6,)], epsilon=1e-3)
    case("layernorm_without_bias", "LayerNormalization", [1, "T", 2, 3], (1, 5, 2, 3), [(2, 3)], axis=-2)
    case("rmsnorm_node", "RMSNormalization", [1, "T", 6], (1, 5, 6), [(6,)], 23)
    case("instancenorm_calls", "InstanceNormalization", [1, 3, 4, 5], (2, 1, 3, 4, 5), [(3,), (3,)], output="calls")
    groups = [(4,), (4,)]
    case("groupnorm_calls", "GroupNormalization", [1, 4, 3, 3], (2, 1, 4, 3, 3), groups, 21, "calls", num_groups=2)

    n = Network("batchnorm_opset7", 7)
    x = n.input("x", [1, 3, "T"])
    constants = [n.weights(3), n.weights(3), n.weights(3), n.constant([0.5, 1.0, 2.0])]
    n.add("BatchNormalization", [x, *constants], [n.output("y")])
    write(n, {"x": noise(n, 1, 3, 5)})

    n = Network("refuse_instancenorm_time")
    x = n.input("x", [1, 3, "T"])
    n.add("InstanceNormalization", [x, n.weights(3), n.weights(3)], [n.output("y")])
    refuse(n, "instancenormalization0", "InstanceNormalization", "along time", "LayerNormalization")

    n = Network("refuse_groupnorm_time", 21)
    x = n.input("x", [1, 4, "T"])
    n.add("GroupNormalization", [x, n.weights(4), n.weights(4)], [n.output("y")], num_groups=2)
    refuse(n, "groupnormalization0", "GroupNormalization", "along time")

    n = Network("refuse_batchnorm_training")
    x = n.input("x", [1, 3, "T"])
    constants = [n.weights(3), n.weights(3), n.weights(3), n.constant([0.5, 1.0, 2.0])]
    n.add("BatchNormalization", [x, *constants], [n.output("y"), "m", "v"], training_mode=1)
    refuse(n, "batchnormalization0", "BatchNormalization", "training")


def functions():
    def case(name, op, opset, **attributes):
        n = Network(name, opset)
        n.add(op, [n.input("x", [1, "T", 6])], [n.output("y")], **attributes)
        write(n, {"x": noise(n, 1, 5, 6)})

    case("mish", "Mish", 18)
    case("gelu_tanh", "Gelu", 20, approximate="tanh")

    n = Network("refuse_gelu_erf", 20)
    n.add("Gelu", [n.input("x", [1, "T", 6])], [n.output("y")])
    refuse(n, "gelu0", "Gelu", "approximate")

    n = Network("swish_in_pieces")
    x = n.input("x", [1, "T", 6])
    n.add("Mul", [n.add("Sigmoid", [x]), x], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("hardswish_in_pieces")  # as torch's older exporter writes it
    x = n.input("x", [1, "T", 6])
    v = n.add("Clip", [n.add("Add", [x, n.constant(3.0)]), n.constant(0.0), n.constant(6.0)])
    n.add("Div", [n.add("Mul", [x, v]), n.constant(6.0)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6, scale=3)})


def forms():
    n = Network("einsum_matmul")
    x = n.input("x", [1, "T", 6])
    n.add("Einsum", [x, n.weights(6, 4)], [n.output("y")], equation="bti,io->bto")
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("einsum_transposed")
    x = n.input("x", [1, "T", 6])
    n.add("Einsum", [n.weights(4, 6), x], [n.output("y")], equation="oi, bti -> bot")
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("refuse_einsum_attention")
    x = n.input("x", [1, "T", 6])
    n.add("Einsum", [x, n.add("Relu", [x])], [n.output("y")], equation="bti,bsi->bts")
    refuse(n, "einsum1", "Einsum", "MatMul")

    n = Network("split_num_outputs", 18)
    x = n.input("x", [1, "T", 7])
    parts = n.add("Split", [x], 3, axis=-1, num_outputs=3)
    n.add("Concat", [parts[2], parts[0]], [n.output("y")], axis=-1)
    write(n, {"x": noise(n, 1, 5, 7)})

    n = Network("reduce_axes_input", 18)
    x = n.input("x", [1, "T", 2, 3])
    n.add("ReduceMean", [x, n.integers(2, 3)], [n.output("y")], keepdims=0)
    write(n, {"x": noise(n, 1, 5, 2, 3)})

    n = Network("reshape_by_shapes")  # Shape, Gather, Concat and Reshape with 0 and −1, as torch traces view()
    x = n.input("x", ["N", "T", 2, 3])
    sizes = [n.add("Gather", [n.add("Shape", [x]), n.constant(k, np.int64)], axis=0) for k in (0, 1)]
    sizes = [n.add("Unsqueeze", [s, n.integers(0)]) for s in sizes]
    v = n.add("Reshape", [x, n.add("Concat", [*sizes, n.integers(-1)], axis=0)])
    v = n.add("MatMul", [n.add("Reshape", [v, n.integers(0, 0, -1)]), n.weights(6, 4)])
    n.add("Reshape", [v, n.add("Concat", [*sizes, n.integers(2, 2)], axis=0)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 2, 3)})

    n = Network("opset7_forms", 7)  # bounds, axes and limits as attributes
    x = n.input("x", ["N", "T", 6])
    v = n.add("Slice", [x], starts=[1], ends=[5], axes=[2])
    v = n.add("Clip", [n.add("Dropout", [v], ratio=0.5)], min=-0.5, max=0.5)
    v = n.add("Squeeze", [n.add("Unsqueeze", [v], axes=[1])], axes=[1])
    n.add("ReduceSum", [v], [n.output("y")], axes=[2], keepdims=0)
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("gemm_beside_matmul")  # the same layer twice
    x = n.input("x", [1, 6])
    w, b = n.random.standard_normal((6, 4)), n.weights(4)
    first = n.add("Gemm", [x, n.constant(w.T), b], transB=1, alpha=0.5, beta=2.0)
    second = n.add("Add", [b, n.add("MatMul", [x, n.constant(w)])])
    n.add("Sub", [first, second], [n.output("y")])
    write(n, {"x": noise(n, 3, 1, 6)}, calls=True)

    n = Network("int_input_dequantised", 13)  # as networks quantised throughout take their input
    x = n.input("x", [1, "T", 6], TensorProto.UINT8)
    v = n.add("DequantizeLinear", [x, n.constant(0.05), n.constant(128, np.uint8)])
    n.add("Tanh", [v], [n.output("y")])
    write(n, {"x": n.random.integers(0, 256, (1, 5, 6)).astype(np.uint8)})

    n = Network("paddle_rnn_masks")  # lengths that are all of the sequence, and axes put in order around the layer
    x = n.input("x", ["N", 6, 3])
    v = n.add("Transpose", [x], perm=[1, 0, 2])
    zero = n.constant(np.zeros((2, 1, 4)))
    weights = [n.weights(2, 16, 3), n.weights(2, 16, 4), n.weights(2, 32)]
    y, _, _ = n.add(
        "LSTM", [v, *weights, n.constant([6], np.int32), zero, zero], 3, hidden_size=4, direction="bidirectional"
    )
    v = n.add("Reshape", [n.add("Transpose", [y], perm=[2, 0, 1, 3]), n.integers(0, 0, 8)])
    n.add("Identity", [v], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 3)})


def refused():
    def case(name, op, words, shape=(1, 2, 4, 4), constants=(), opset=17, **attributes):
        n = Network(name, opset)
        n.add(op, [n.input("x", list(shape)), *(f(n) for f in constants)], [n.output("y")], **attributes)
        refuse(n, f"{op.lower()}0", op, *words)

    case("refuse_convtranspose", "ConvTranspose", ["enlarge"], constants=[lambda n: n.weights(2, 3, 2, 2)])
    case("refuse_upsample", "Upsample", ["pool"], constants=[lambda n: n.constant([1, 1, 2, 2])], opset=9)
    case(
        "refuse_resize",
        "Resize",
        ["pool"],
        constants=[lambda n: n.constant(np.zeros(0)), lambda n: n.constant([1.0, 1, 2, 2])],
        opset=13,
    )
    case("refuse_nonzero", "NonZero", ["masks"])
    case("refuse_dft", "DFT", ["Conv"], shape=(1, 16, 1))
    case("refuse_argmax", "ArgMax", ["after the network"])
    case("refuse_topk", "TopK", ["after the network"], constants=[lambda n: n.integers(1)])
