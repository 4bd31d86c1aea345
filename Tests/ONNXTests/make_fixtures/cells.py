"""Recurrent steps written out as arithmetic, in the forms in which exporters write them."""

import numpy as np
from onnx import helper

GATES = {"lstm": 4, "gru": 3, "gru_after": 3, "rnn": 1}


class Weights:
    """Weights of one cell, gates in ONNX's order (LSTM i, o, f, g; GRU z, r, n)."""

    def __init__(self, network, kind, inputs, units, peepholes=False):
        self.network, self.kind, self.inputs, self.units = network, kind, inputs, units
        rows = GATES[kind] * units
        draw = network.random.standard_normal
        self.w, self.r = [(draw((rows, k)) * 0.5).astype(np.float32) for k in (inputs, units)]
        self.b, self.rb = [(draw(rows) * 0.3).astype(np.float32) for _ in range(2)]
        self.p = (draw((3, units)) * 0.4).astype(np.float32) if peepholes else None

    def gate(self, matrix, gate):
        return matrix[gate * self.units : (gate + 1) * self.units]

    def constant(self, value):
        return self.network.constant(value)


class Body:
    """Nodes of a body under construction."""

    def __init__(self, prefix):
        self.nodes, self.prefix = [], prefix

    def add(self, op, inputs, outputs=1, **attributes):
        names = [f"{self.prefix}{op.lower()}{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=f"{self.prefix}{op}{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names


def body_nodes(weights, x, states, form, prefix="", **options):
    """The nodes of one step from x and the states' names; returns them and the names of the new states.

    `form`: "gates": a matrix for each gate; "concat": [x, h] times one matrix, then Split (TensorFlow's cells);
    "split": one matrix for x, one for h, and Split (PyTorch's cells).
    """
    body = Body(prefix)
    results = step(weights, body.add, x, states, form, **options)
    return body.nodes, results


def step(w, add, x, states, form, order=None, activations=None, mix="one_minus", opset13=True):
    """As above, with `add(op, inputs, outputs=…, **attributes)`. `order`: of the gates in the file."""
    n, units, c = w.network, w.units, w.constant
    count = GATES[w.kind]
    order = order or list(range(count))
    names = activations or ["Sigmoid", "Tanh", "Tanh"]

    def function(name, value):
        if isinstance(name, str):
            return add(name, [value])
        return name(add, n, value)

    h = states[0]

    def split(value, parts):
        if opset13:
            return add("Split", [value, n.integers(*[units] * parts)], outputs=parts, axis=-1)
        return add("Split", [value], outputs=parts, axis=-1, split=[units] * parts)

    def rows(matrix, chosen):
        return np.concatenate([w.gate(matrix, g) for g in chosen])

    def products(chosen, hidden=h, biases="both"):
        """The sums of the chosen gates, by gate."""
        if form == "gates":
            result = {}
            for g in chosen:
                a = add("MatMul", [x, c(w.gate(w.w, g).T)])
                b = add("Gemm", [hidden, c(w.gate(w.r, g)), c(w.gate(w.rb, g))], transB=1)
                result[g] = add("Add", [add("Add", [b, c(w.gate(w.b, g))]), a])
            return result
        listed = [g for g in order if g in chosen]
        if form == "concat":
            both = np.concatenate([rows(w.w, listed), rows(w.r, listed)], axis=1)
            v = add("MatMul", [add("Concat", [x, hidden], axis=1), c(both.T)])
            v = add("Add", [v, c(rows(w.b, listed) + rows(w.rb, listed))])
        else:
            a = add("Gemm", [x, c(rows(w.w, listed)), c(rows(w.b, listed))], transB=1)
            b = add("Gemm", [hidden, c(rows(w.r, listed)), c(rows(w.rb, listed))], transB=1)
            v = add("Add", [a, b])
        parts = split(v, len(listed)) if len(listed) > 1 else [v]
        return dict(zip(listed, parts))

    if w.kind == "rnn":
        return [function(names[1], products([0])[0])]
    if w.kind == "lstm":
        cell, sums = states[1], products(range(4))
        if w.p is not None:
            sums[0] = add("Add", [sums[0], add("Mul", [cell, c(w.p[0])])])
            sums[2] = add("Add", [add("Mul", [c(w.p[2]), cell]), sums[2]])
        kept = add("Mul", [cell, function(names[0], sums[2])])
        new = add("Add", [add("Mul", [function(names[0], sums[0]), function(names[1], sums[3])]), kept])
        if w.p is not None:
            sums[1] = add("Add", [sums[1], add("Mul", [new, c(w.p[1])])])
        return [add("Mul", [function(names[0], sums[1]), function(names[2], new)]), new]
    if w.kind == "gru":
        sums = products([0, 1])
        z, r = function(names[0], sums[0]), function(names[0], sums[1])
        candidate = function(names[1], products([2], add("Mul", [r, h]))[2])
    else:
        listed = [g for g in order]
        a = add("Gemm", [x, c(rows(w.w, listed)), c(rows(w.b, listed))], transB=1)
        b = add("Gemm", [h, c(rows(w.r, listed)), c(rows(w.rb, listed))], transB=1)
        xs, hs = dict(zip(listed, split(a, 3))), dict(zip(listed, split(b, 3)))
        z = function(names[0], add("Add", [xs[0], hs[0]]))
        r = function(names[0], add("Add", [hs[1], xs[1]]))
        candidate = function(names[1], add("Add", [xs[2], add("Mul", [r, hs[2]])]))
    if mix == "one_minus":  # (1 − z) n + z h
        one = add("Sub", [c(1.0), z])
        return [add("Add", [add("Mul", [one, candidate]), add("Mul", [z, h])])]
    # n + z (h − n)
    return [add("Add", [candidate, add("Mul", [add("Sub", [h, candidate]), z])])]
