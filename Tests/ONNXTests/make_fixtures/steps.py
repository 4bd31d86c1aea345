"""Recurrent layers without a recurrent node: one step whose states the caller keeps, or steps written out."""

import numpy as np
from cells import Weights, step
from network import Network, noise, write

TORCH, TENSORFLOW = [0, 2, 3, 1], [0, 3, 2, 1]  # i f g o and i g f o, where ONNX has i o f g


def hard_sigmoid(add, n, value):  # Keras 2's, in pieces
    v = add("Add", [add("Mul", [value, n.constant(0.2)]), n.constant(0.5)])
    return add("Clip", [v, n.constant(0.0), n.constant(1.0)])


def clipped_sigmoid(add, n, value):  # the same with Max and Min
    v = add("Add", [add("Mul", [value, n.constant(0.25)]), n.constant(0.5)])
    return add("Min", [add("Max", [v, n.constant(0.0)]), n.constant(1.0)])


def logistic(add, n, value):  # 1 / (1 + exp(−x))
    return add("Div", [n.constant(1.0), add("Add", [n.constant(1.0), add("Exp", [add("Neg", [value])])])])


def steps():
    singles()
    unrolled()


def singles():
    def single(name, kind, form, opset=17, peepholes=False, batch="N", **options):
        n = Network(name, opset)
        x = n.input("x", [batch, 3])
        w = Weights(n, kind, 3, 4, peepholes)
        states = [n.input(s, [batch, 4]) for s in (["h", "c"] if kind == "lstm" else ["h"])]
        results = step(w, n.add, x, states, form, opset13=opset >= 13, **options)
        pairs = []
        for s, r in zip(states, results):
            n.add("Identity", [r], [n.output(f"{s}_next")])
            pairs.append((s, f"{s}_next"))
        n.add("Gemm", [results[0], n.weights(2, 4), n.weights(2)], [n.output("y")], transB=1)
        write(n, {"x": noise(n, 5, 1, 3)}, calls=True, states=pairs, options={"layers": 1})

    single("step_lstm", "lstm", "split", order=TORCH)
    single("step_lstm_gates", "lstm", "gates", batch=1)
    single("step_lstm_tensorflow", "lstm", "concat", opset=11, order=TENSORFLOW)
    single("step_lstm_peepholes", "lstm", "gates", peepholes=True)
    single("step_lstm_hard_sigmoid", "lstm", "split", activations=[hard_sigmoid, "Tanh", "Tanh"])
    single("step_lstm_min_max", "lstm", "gates", activations=[clipped_sigmoid, "Softsign", "Tanh"])
    single("step_lstm_logistic", "lstm", "concat", activations=[logistic, "Tanh", "Relu"])
    single("step_gru_before", "gru", "gates")
    single("step_gru_before_concat", "gru", "concat", mix="lerp")
    single("step_gru_after", "gru_after", "split", order=[1, 0, 2])
    single("step_gru_after_lerp", "gru_after", "split", mix="lerp")
    single("step_rnn", "rnn", "concat")
    single("step_rnn_relu", "rnn", "gates", activations=["Sigmoid", "Relu"])

    n = Network("step_gru_exchanged")  # z keeps the candidate, not h
    x, h = n.input("x", [1, 3]), n.input("h", [1, 4])
    w = Weights(n, "gru_after", 3, 4)
    a, b = [n.add("Gemm", [v, n.constant(m)], transB=1) for v, m in ((x, w.w), (h, w.r))]
    (za, ra, na), (zb, rb, nb) = [n.add("Split", [v, n.integers(4, 4, 4)], 3, axis=1) for v in (a, b)]
    z, r = n.add("Sigmoid", [n.add("Add", [za, zb])]), n.add("Sigmoid", [n.add("Add", [ra, rb])])
    g = n.add("Tanh", [n.add("Add", [na, n.add("Mul", [r, nb])])])
    keep = n.add("Mul", [n.add("Sub", [n.constant(1.0), z]), h])
    n.add("Add", [keep, n.add("Mul", [z, g])], [n.output("hn")])
    n.add("Relu", ["hn"], [n.output("y")])
    write(n, {"x": noise(n, 5, 1, 3)}, calls=True, states=[("h", "hn")], options={"layers": 1})

    n = Network("step_lstm_coupled")  # f = 1 − i
    x, h, c = n.input("x", [1, 3]), n.input("h", [1, 4]), n.input("c", [1, 4])
    v = n.add("Gemm", [n.add("Concat", [x, h], axis=1), n.weights(12, 7), n.weights(12)], transB=1)
    i, o, g = n.add("Split", [v, n.integers(4, 4, 4)], 3, axis=1)
    i, o, g = n.add("Sigmoid", [i]), n.add("Sigmoid", [o]), n.add("Tanh", [g])
    f = n.add("Sub", [n.constant(1.0), i])
    n.add("Add", [n.add("Mul", [f, c]), n.add("Mul", [i, g])], [n.output("cn")])
    n.add("Mul", [o, n.add("Tanh", ["cn"])], [n.output("hn")])
    n.add("Abs", ["hn"], [n.output("y")])
    write(n, {"x": noise(n, 5, 1, 3)}, calls=True, states=[("h", "hn"), ("c", "cn")], options={"layers": 1})

    n = Network("step_two_layers")  # states of two cells
    x, names = n.input("x", [1, 3]), [n.input(s, [1, 4]) for s in ("ha", "ca", "hb")]
    first = step(Weights(n, "lstm", 3, 4), n.add, x, names[:2], "split", order=TORCH)
    second = step(Weights(n, "gru", 4, 4), n.add, first[0], names[2:], "gates")
    for name, value in zip(names, first + second):
        n.add("Identity", [value], [n.output(f"{name}n")])
    n.add("Tanh", [second[0]], [n.output("y")])
    write(n, {"x": noise(n, 5, 1, 3)}, calls=True, states=[(s, f"{s}n") for s in names], options={"layers": 2})

    n = Network("step_packed_states")  # h and c of two cells in one input, as TFLite files have them
    x, packed = n.input("x", [1, 3]), n.input("states", [1, 2, 4, 2])

    def state(layer, part):
        limits = [n.integers(0, layer, 0, part), n.integers(1, layer + 1, 4, part + 1), n.integers(0, 1, 2, 3)]
        return n.add("Squeeze", [n.add("Slice", [packed, *limits]), n.integers(1, 3)])

    first = step(Weights(n, "lstm", 3, 4), n.add, x, [state(0, 0), state(0, 1)], "split", order=TORCH)
    second = step(Weights(n, "lstm", 4, 4), n.add, first[0], [state(1, 0), state(1, 1)], "gates")
    parts = [n.add("Concat", [n.add("Unsqueeze", [one[k], n.integers(1)]) for one in (first, second)], axis=1)
             for k in range(2)]
    n.add("Concat", [n.add("Unsqueeze", [part, n.integers(3)]) for part in parts], [n.output("new")], axis=3)
    n.add("Tanh", [second[0]], [n.output("y")])
    write(n, {"x": noise(n, 5, 1, 3)}, calls=True, states=[("states", "new")], options={"layers": 2})

    n = Network("step_of_maps")  # behind a convolution
    x, h = n.input("x", [1, 1, 6, 6]), n.input("h", [1, 4])
    v = n.add("Flatten", [n.add("Relu", [n.add("Conv", [x, n.weights(2, 1, 3, 3)], strides=[2, 2])])])
    (new,) = step(Weights(n, "gru_after", 8, 4), n.add, v, [h], "split")
    n.add("Identity", [new], [n.output("hn")])
    n.add("MatMul", [new, n.weights(4, 2)], [n.output("y")])
    write(n, {"x": noise(n, 4, 1, 1, 6, 6)}, calls=True, states=[("h", "hn")], options={"layers": 1})


def unrolled():
    def frames(n, x, count, how, axis=1):
        """x of each step, `[1, inputs]`."""
        if how == "split":
            parts = n.add("Split", [x, n.integers(*[1] * count)], count, axis=axis)
            return [n.add("Squeeze", [p, n.integers(axis)]) for p in parts]
        if how == "slice":
            limits = [(n.integers(t), n.integers(t + 1), n.integers(axis)) for t in range(count)]
            return [n.add("Squeeze", [n.add("Slice", [x, *b]), n.integers(axis)]) for b in limits]
        return [n.add("Gather", [x, n.constant(t, np.int64)], axis=axis) for t in range(count)]

    def run(n, w, xs, form, **options):
        states = [n.constant(np.zeros((1, w.units))) for _ in range(2 if w.kind == "lstm" else 1)]
        hidden = []
        for x in xs:
            states = step(w, n.add, x, states, form, **options)
            hidden.append(states[0])
        return hidden

    def stacked(n, hidden, axis, output):
        return n.add("Concat", [n.add("Unsqueeze", [h, n.integers(axis)]) for h in hidden], output, axis=axis)

    def case(name, kind, form, how, sequence=True, backwards=False, axis=1, count=5, **options):
        n = Network(name)
        shape = [count, 1, 3] if axis == 0 else [1, count, 3]
        x = n.input("x", shape if axis == 0 else ["N", count, 3])
        xs = frames(n, x, count, how, axis)
        hidden = run(n, Weights(n, kind, 3, 4), xs[::-1] if backwards else xs, form, **options)
        if sequence:
            stacked(n, hidden[::-1] if backwards else hidden, axis, [n.output("y")])
        else:
            n.add("Softmax", [n.add("Gemm", [hidden[-1], n.weights(3, 4)], transB=1)], [n.output("y")], axis=-1)
        write(n, {"x": noise(n, *shape)}, options={"layers": 1})

    case("unrolled_lstm", "lstm", "split", "split", order=TORCH)
    case("unrolled_lstm_last", "lstm", "concat", "gather", sequence=False, order=TENSORFLOW)
    case("unrolled_gru", "gru", "gates", "slice")
    case("unrolled_gru_after_last", "gru_after", "split", "gather", sequence=False, mix="lerp")
    case("unrolled_rnn", "rnn", "gates", "split")
    case("unrolled_rnn_two_steps", "rnn", "concat", "gather", count=2, sequence=False)
    case("unrolled_lstm_backwards", "lstm", "gates", "gather", backwards=True)
    case("unrolled_gru_backwards_last", "gru_after", "split", "split", sequence=False, backwards=True)
    case("unrolled_time_first", "lstm", "split", "gather", axis=0)

    n = Network("unrolled_two_layers")
    x = n.input("x", ["N", 4, 3])
    first = run(n, Weights(n, "lstm", 3, 4), frames(n, x, 4, "gather"), "split")
    second = run(n, Weights(n, "gru", 4, 5), first, "gates")
    stacked(n, second, 1, [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 3)}, options={"layers": 2})

    n = Network("unrolled_behind_dense")  # every frame through a dense layer before
    x = n.input("x", ["N", 4, 3])
    v = n.add("Relu", [n.add("Add", [n.add("MatMul", [x, n.weights(3, 5)]), n.weights(5)])])
    stacked(n, run(n, Weights(n, "gru_after", 5, 4), frames(n, v, 4, "split"), "split"), 1, [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 3)}, options={"layers": 1})

    n = Network("unrolled_given_state")  # it begins with a state of its own for every sequence
    x, h = n.input("x", ["N", 4, 3]), n.input("h", ["N", 4])
    w, hidden = Weights(n, "gru_after", 3, 4), []
    for frame in frames(n, x, 4, "gather"):
        (h,) = step(w, n.add, frame, [h], "split")
        hidden.append(h)
    stacked(n, hidden, 1, [n.output("y")])
    write(n, {"x": noise(n, 1, 4, 3), "h": noise(n, 1, 4)}, options={"layers": 1})

    n = Network("unrolled_other_weights")  # steps with weights of their own stay what they are
    x = n.input("x", ["N", 3, 3])
    h = n.constant(np.zeros((1, 4)))
    for frame in frames(n, x, 3, "gather"):
        (h,) = step(Weights(n, "rnn", 3, 4), n.add, frame, [h], "gates")
    n.add("Identity", [h], [n.output("y")])
    write(n, {"x": noise(n, 1, 3, 3)}, options={"layers": 0})

    for form in ("node", "split", "gates"):  # the same weights from a node and from two ways to write it out
        n = Network(f"same_lstm_{form}")
        n.random = np.random.default_rng(7)
        x, w = n.input("x", ["N", 5, 3]), Weights(n, "lstm", 3, 4)
        if form == "node":
            matrices = [n.constant(m[None]) for m in (w.w, w.r, np.concatenate([w.b + w.rb, 0 * w.b]))]
            y = n.add("LSTM", [n.add("Transpose", [x], perm=[1, 0, 2]), *matrices], hidden_size=4)
            n.add("Transpose", [n.add("Squeeze", [y, n.integers(1)])], [n.output("y")], perm=[1, 0, 2])
        else:
            order = TORCH if form == "split" else None
            stacked(n, run(n, w, frames(n, x, 5, "split"), form, order=order), 1, [n.output("y")])
        write(n, {"x": noise(n, 1, 5, 3)}, options={"layers": 1})
