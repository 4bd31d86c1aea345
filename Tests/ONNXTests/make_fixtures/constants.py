"""Expressions of constants, which are computed while importing: many operators in each network, one output for each."""

import numpy as np
from network import Network, noise, write
from onnx import TensorProto, numpy_helper

CHANNELS = 6


class Expressions:
    """A network whose outputs are its input plus one constant expression each."""

    def __init__(self, name, opset=18):
        self.n = Network(name, opset)
        self.x = self.n.input("x", [1, "T", CHANNELS])

    def floats(self, *shape, low=-3.0, high=3.0):
        return self.n.constant(self.n.random.uniform(low, high, shape or (CHANNELS,)))

    def integers(self, *values):
        return self.n.integers(*values)

    def give(self, value, is_integer=False):
        """An output of what broadcasts to the input's channels."""
        if is_integer:
            value = self.n.add("Cast", [value], to=TensorProto.FLOAT)
        self.n.add("Add", [self.x, value], [self.n.output(f"y{len(self.n.outputs)}")])

    def write(self):
        write(self.n, {"x": noise(self.n, 1, 3, CHANNELS)})


def constants():
    functions()
    pairs()
    whole_numbers()
    comparisons()
    reductions()
    matrices()
    moved()
    made()
    codes()


def functions():
    e = Expressions("constants_functions")
    for op in ("Neg", "Abs", "Floor", "Ceil", "Round", "Exp", "Relu", "Sigmoid", "Tanh", "Softplus", "Sign", "Softsign",
               "Erf", "LeakyRelu", "Elu", "HardSigmoid", "ThresholdedRelu", "Selu", "Celu"):  # fmt: skip
        e.give(e.n.add(op, [e.floats()]))
    for op in ("Sqrt", "Log", "Reciprocal"):
        e.give(e.n.add(op, [e.floats(low=0.25)]))
    e.give(e.n.add("Round", [e.n.constant([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])]))
    e.give(e.n.add("HardSwish", [e.floats(low=-5, high=5)]))
    for op, settings in [
        ("LeakyRelu", {"alpha": 0.3}), ("Elu", {"alpha": 0.5}), ("HardSigmoid", {"alpha": 0.4, "beta": 0.1}),
        ("ThresholdedRelu", {"alpha": 0.7}), ("Selu", {"alpha": 1.2, "gamma": 0.8}), ("Celu", {"alpha": 2.0}),
    ]:  # fmt: skip
        e.give(e.n.add(op, [e.floats()], **settings))
    e.give(e.n.add("Clip", [e.floats()]))
    e.give(e.n.add("Clip", [e.floats(), e.n.constant(-1.0)]))
    e.give(e.n.add("Clip", [e.floats(), "", e.n.constant(0.5)]))
    e.give(e.n.add("Clip", [e.floats(), e.n.constant(-0.5), e.n.constant(0.5)]))
    e.write()

    e = Expressions("constants_clip_attributes", 10)
    e.give(e.n.add("Clip", [e.floats()], min=-1.0, max=2.0))
    e.write()


def pairs():
    e = Expressions("constants_pairs")
    for op in ("Add", "Sub", "Mul", "Div", "Min", "Max"):
        e.give(e.n.add(op, [e.floats(), e.floats(low=0.5)]))
        e.give(e.n.add(op, [e.floats(1, 1), e.floats(CHANNELS, low=0.5)]))
        # Both are broadcast.
        column = e.n.add(op, [e.floats(2, 1), e.floats(1, CHANNELS, low=0.5)])
        e.give(e.n.add("ReduceSum", [column, e.integers(0)], keepdims=0))
    e.give(e.n.add("Pow", [e.floats(low=0.1), e.floats()]))
    e.give(e.n.add("Pow", [e.floats(), e.n.constant(3.0)]))
    e.give(e.n.add("Mod", [e.floats(low=-9, high=9), e.floats(low=1)], fmod=1))
    for op in ("Min", "Max", "Sum"):
        e.give(e.n.add(op, [e.floats(), e.floats(), e.floats(1)]))
        e.give(e.n.add(op, [e.floats()]))
    e.write()


def whole_numbers():
    e = Expressions("constants_whole_numbers")
    a, b = [-7, -3, 0, 2, 7, 11], [3, -2, 5, -3, 7, 4]
    for op in ("Add", "Sub", "Mul", "Div", "Min", "Max", "Mod"):
        e.give(e.n.add(op, [e.integers(*a), e.integers(*b)]), True)
    e.give(e.n.add("Mod", [e.integers(*a), e.integers(*b)], fmod=1), True)
    e.give(e.n.add("Pow", [e.integers(*a), e.integers(2)]), True)
    for op in ("Neg", "Abs", "Sign", "Relu"):
        e.give(e.n.add(op, [e.integers(*a)]), True)
    e.give(e.n.add("Clip", [e.integers(*a), e.n.constant(-2, np.int64), e.n.constant(5, np.int64)]), True)
    e.give(e.n.add("Clip", [e.integers(*a), "", e.n.constant(5, np.int64)]), True)
    e.give(e.n.add("Cast", [e.n.constant([-2.7, -0.5, 0, 0.5, 1.5, 2.7])], to=TensorProto.INT64), True)
    # Whether numbers are whole decides how they are divided.
    halves = [e.n.add("CastLike", [e.integers(*values), e.n.constant(1.0)]) for values in (a, b)]
    e.give(e.n.add("Div", halves))
    e.give(e.n.add("CastLike", [e.n.constant([-2.7, -0.5, 0, 0.5, 1.5, 2.7]), e.integers(1)]), True)
    e.write()


def comparisons():
    e = Expressions("constants_comparisons")
    a = e.n.constant([-1, 0, 0.5, 1, 2, 3])
    b = e.n.constant([0, 0, 1, 1, -2, 3.5])
    whole = [e.integers(-1, 0, 1, 2, 3, 4), e.integers(0, 0, 2, 1, 3, -4)]
    truths = []
    for op in ("Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"):
        truths += [e.n.add(op, [a, b]), e.n.add(op, whole)]
    truths += [e.n.add(op, truths[2:4]) for op in ("And", "Or")] + [e.n.add("Not", [truths[0]])]
    truths.append(e.n.add("Cast", [a], to=TensorProto.BOOL))
    for truth in truths:
        e.give(truth, True)
        e.give(e.n.add("Where", [truth, a, e.n.constant(9.0)]))
    e.give(e.n.add("Where", [truths[0], *whole]), True)
    column = e.n.constant([[True], [False]], np.bool_)
    e.give(e.n.add("ReduceSum", [e.n.add("Where", [column, a, b]), e.integers(0)], keepdims=0))
    e.write()


def reductions():
    e = Expressions("constants_reductions")
    for op in ("ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean"):
        e.give(e.n.add(op, [e.floats(3, CHANNELS), e.integers(0)], keepdims=0))
        e.give(e.n.add(op, [e.floats(CHANNELS, 2, 3), e.integers(1, -1)], keepdims=0))
        e.give(e.n.add(op, [e.floats(1, 3, 4)]))
        e.give(e.n.add(op, [e.floats()], noop_with_empty_axes=1))
    for op in ("ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin"):
        values = e.n.constant(np.arange(-5, 7).reshape(2, CHANNELS), np.int64)
        e.give(e.n.add(op, [values, e.integers(0)], keepdims=0), True)
        e.give(e.n.add(op, [values], keepdims=0), True)
    e.write()

    e = Expressions("constants_reductions_attributes", 11)
    for op in ("ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean"):
        e.give(e.n.add(op, [e.floats(3, CHANNELS)], axes=[0], keepdims=0))
        e.give(e.n.add(op, [e.floats(1, 2)], axes=[-1]))
    e.write()


def matrices():
    e = Expressions("constants_matrices")
    for a, b in [((4,), (4, 6)), ((1, 4), (4, 6)), ((6, 4), (4,)), ((2, 1, 4), (1, 4, 6)), ((3,), (3,))]:
        product = e.n.add("MatMul", [e.floats(*a), e.floats(*b)])
        if len(a) == 3:
            product = e.n.add("ReduceSum", [product, e.integers(0, 1)], keepdims=0)
        e.give(product)
    for settings in ({}, {"alpha": 0.5, "beta": 2.0}, {"beta": 0.0}):
        e.give(e.n.add("Gemm", [e.floats(1, 4), e.floats(4, 6), e.floats(6)], **settings))
    e.give(e.n.add("Gemm", [e.floats(4, 1), e.floats(6, 4), e.floats(1, 1)], transA=1, transB=1))
    e.give(e.n.add("Gemm", [e.floats(1, 4), e.floats(4, 6)]))
    e.write()


def moved():
    e = Expressions("constants_moved")
    n, row = e.n, e.floats()
    e.give(n.add("Expand", [e.floats(1), e.integers(CHANNELS)]))
    e.give(n.add("Tile", [e.floats(3), e.integers(2)]))
    e.give(n.add("Concat", [e.floats(2), e.floats(1), e.floats(3)], axis=-1))
    for part in n.add("Split", [e.floats(12), e.integers(6, 6)], outputs=2, axis=0):
        e.give(part)
    e.give(n.add("Slice", [e.floats(20), e.integers(17), e.integers(-19), e.integers(0), e.integers(-3)]))
    e.give(n.add("Gather", [e.floats(9), e.integers(0, -1, 3, 3, 8, 1)], axis=0))
    e.give(n.add("Gather", [e.floats(2, CHANNELS), n.constant(1, np.int64)], axis=0))
    e.give(n.add("Squeeze", [n.add("Unsqueeze", [row, e.integers(0, 2)]), e.integers(0, -1)]))
    e.give(n.add("Squeeze", [e.floats(1, CHANNELS, 1)]))
    e.give(n.add("Reshape", [n.add("Transpose", [e.floats(2, 3)]), e.integers(-1)]))
    e.give(n.add("Reshape", [n.add("Transpose", [e.floats(1, 2, 3)], perm=[0, 2, 1]), e.integers(0, -1)]))
    e.give(n.add("Flatten", [e.floats(CHANNELS, 1)], axis=0))
    e.give(n.add("Identity", [n.add("Dropout", [row])]))
    e.write()


def made():
    e = Expressions("constants_made")
    n = e.n
    e.give(n.add("Range", [n.constant(v, np.int64) for v in (10, -2, -2)]), True)
    e.give(n.add("Range", [n.constant(v) for v in (0.5, 3.5, 0.5)]))
    e.give(n.add("ConstantOfShape", [e.integers(CHANNELS)]))
    filling = numpy_helper.from_array(np.array([1.5], np.float32))
    e.give(n.add("ConstantOfShape", [e.integers(1, CHANNELS)], value=filling))
    e.give(n.add("Constant", [], value_float=2.5))
    e.give(n.add("Constant", [], value_floats=[1.0, 2, 3, 4, 5, 6]))
    e.give(n.add("Constant", [], value_int=3), True)
    e.give(n.add("Constant", [], value_ints=[6, 5, 4, 3, 2, 1]), True)
    e.give(n.add("Size", [e.floats(2, 3)]), True)
    shaped = e.floats(2, 1, 3, 2, 1, 2, 1)
    e.give(n.add("Shape", [shaped], start=1), True)
    e.give(n.add("Shape", [shaped], end=-1), True)
    e.give(n.add("Shape", [shaped], start=-3, end=-2), True)
    e.write()


def codes():
    """Weights that are quantised and read back while importing."""
    e = Expressions("constants_codes", 21)
    n = e.n
    row = n.constant([-9.5, -1.25, -0.3, 0.25, 0.75, 40])
    scale = n.constant(0.1)
    for zero in (n.constant(3, np.int8), n.constant(200, np.uint8), n.constant(-5, np.int16), n.constant(9, np.uint16)):
        stored = n.add("QuantizeLinear", [row, scale, zero])
        e.give(stored, True)
        e.give(n.add("DequantizeLinear", [stored, scale, zero]))
    scales = n.constant([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    zeros = n.constant([0, 1, -1, 2, -2, 3], np.int8)
    stored = n.add("QuantizeLinear", [row, scales, zeros], axis=0)
    e.give(n.add("DequantizeLinear", [stored, scales, zeros], axis=0))
    e.give(n.add("DequantizeLinear", [n.constant([100000, -3, 7, 0, 1, -70000], np.int32), scale]))
    e.write()
