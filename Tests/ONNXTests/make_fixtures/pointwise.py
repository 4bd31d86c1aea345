"""Pointwise."""

import numpy as np
from network import Network, noise, refuse, write
from onnx import TensorProto


def pointwise():
    def unary(name, op, feed=None, opset=17, inputs=lambda n: [], **attributes):
        n = Network(name, opset)
        n.add(op, [n.input("x", [1, "T", 6])] + inputs(n), [n.output("y")], **attributes)
        write(n, {"x": noise(n, 1, 5, 6, scale=2) if feed is None else feed(noise(n, 1, 5, 6, scale=2))})

    for op in [
        "Relu",
        "Elu",
        "Sigmoid",
        "Tanh",
        "HardSigmoid",
        "HardSwish",
        "Softplus",
        "Softsign",
        "Abs",
        "Exp",
        "Sign",
        "Neg",
        "Selu",
        "LeakyRelu",
        "ThresholdedRelu",
        "Celu",
        "Identity",
    ]:
        unary(op.lower(), op)

    n = Network("pow_grows")
    v = n.add("Pow", [n.input("x", [1, "T", 1]), n.constant([2, 2, 2])])
    n.add("ReduceSum", [v, n.integers(2)], [n.output("y")], keepdims=0)
    write(n, {"x": noise(n, 1, 5, 1)})

    n = Network("mean_with_constants")
    n.add("Mean", [n.constant(0.5), n.input("x", [1, "T", 6]), n.weights(6)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("normalised_weights")
    w = n.weights(6, 4)
    v = n.add("Div", [w, n.add("ReduceL2", [w], axes=[0], keepdims=1)])
    n.add("MatMul", [n.input("x", [1, "T", 6]), v], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    for name, kind, high in (("pixels", TensorProto.UINT8, 256), ("samples", TensorProto.INT16, 32768)):
        n = Network(f"whole_{name}")  # integers that the network itself makes floats of
        v = n.add("Cast", [n.input("x", [1, "T", 6], kind)], to=TensorProto.FLOAT)
        n.add("Mul", [v, n.constant(1 / high)], [n.output("y")])
        value = n.random.integers(0, high, (1, 5, 6)).astype(np.uint8 if high == 256 else np.int16)
        write(n, {"x": value})

    def positive(x):
        return np.abs(x) + 0.1

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
        unary(f"pow_{exponent}".replace("-", "minus_"), "Pow", inputs=lambda n, e=exponent: [n.constant(float(e))])
    for exponent in [0.5, 0.25, 1.7, -0.5]:
        unary(f"pow_{exponent}".replace("-", "minus_"), "Pow", positive, inputs=lambda n, e=exponent: [n.constant(e)])
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
        two(
            f"two_{op.lower()}_smaller_first",
            op,
            [1, "T", 3, 4],
            [1, "T", 3, 1],
            (1, 5, 3, 4),
            (1, 5, 3, 1),
            ("b", "a"),
            positive=op == "Div",
        )
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

    for name, shape, feed in [
        ("batchnorm_map", [1, 3, 4, "W"], (1, 3, 4, 5)),
        ("batchnorm_frames", [1, 3, "T"], (1, 3, 5)),
    ]:
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
