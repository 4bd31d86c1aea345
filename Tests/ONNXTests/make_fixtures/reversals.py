"""Sequences read backwards, and masks, as TensorFlow's exporter (tf2onnx) writes what Keras' layers do."""

import numpy as np
from cells import Weights, body_nodes
from network import Network, noise, refuse, write
from onnx import TensorProto, helper
from subgraphs import graph, info


def reversals():
    layers()
    refused()


def reverse(n, x):
    """x [time, batch, features] from its last frame to its first: tf2onnx's ReverseV2."""
    length = n.add("Gather", [n.add("Shape", [x]), n.integers(0)])
    return n.add("ReverseSequence", [x, n.add("Expand", [length, n.integers(1)])], time_axis=0, batch_axis=1)


def layer(n, op, x, outputs=1):
    rows = {"LSTM": 16, "GRU": 12, "RNN": 4}[op]
    return n.add(op, [x, n.weights(1, rows, 3), n.weights(1, rows, 4), n.weights(1, 2 * rows)], outputs, hidden_size=4)


def layers():
    for op in ("LSTM", "GRU", "RNN"):  # both directions, beside one another
        n = Network(f"reversed_{op.lower()}")
        x = n.input("x", [1, "T", 3])
        v = n.add("Transpose", [x], perm=[1, 0, 2])
        forward = n.add("Squeeze", [layer(n, op, v), n.integers(1)])
        backward = n.add("Squeeze", [layer(n, op, reverse(n, v)), n.integers(1)])
        n.add("Concat", [forward, reverse(n, backward)], [n.output("y")], axis=2)
        write(n, {"x": noise(n, 1, 6, 3)}, options={"layers": 2})

    n = Network("reversed_last")  # what it gives last: of Y, and as its state
    x = n.input("x", ["T", 1, 3])
    y, h = layer(n, "GRU", reverse(n, x), 2)
    last = n.add("Slice", [n.add("Squeeze", [y, n.integers(1)]), n.integers(-1), n.integers(2**31 - 1), n.integers(0)])
    n.add("Concat", [n.add("Squeeze", [last, n.integers(0)]), n.add("Squeeze", [h, n.integers(0)])], [n.output("y")],
          axis=1)
    write(n, {"x": noise(n, 6, 1, 3)})

    for place in (2, -3):
        n = Network(f"reversed_step_{'last' if place < 0 else 'first'}")
        x = n.input("x", [7, 1, 3])
        y = n.add("Squeeze", [layer(n, "GRU", reverse(n, x)), n.integers(1)])
        n.add("Gather", [y, n.constant(place, np.int64)], [n.output("y")], axis=0)
        write(n, {"x": noise(n, 7, 1, 3)})

    n = Network("reversed_part")
    x = n.input("x", [7, 1, 3])
    y = n.add("Squeeze", [layer(n, "GRU", reverse(n, x)), n.integers(1)])
    n.add("Slice", [y, n.integers(6), n.integers(7), n.integers(0)], [n.output("y")])
    write(n, {"x": noise(n, 7, 1, 3)})

    n = Network("reversed_twice")  # a layer that runs backwards over what runs backwards
    x = n.input("x", ["T", 1, 3])
    n.add("Identity", [reverse(n, n.add("Squeeze", [
        n.add("GRU", [reverse(n, x), n.weights(1, 12, 3), n.weights(1, 12, 4)], hidden_size=4, direction="reverse"),
        n.integers(1)]))], [n.output("y")])
    write(n, {"x": noise(n, 6, 1, 3)})

    n = Network("reversed_scan")  # the cells of a loop
    x = n.input("x", ["T", 1, 3])
    weights = Weights(n, "gru_after", 3, 4)
    nodes, (h,) = body_nodes(weights, "xt", ["h"], "split")
    nodes.append(helper.make_node("Identity", [h], ["yt"]))
    body = graph(nodes, [info("h", [1, 4]), info("xt", [1, 3])], [h, "yt"])
    _, y = n.add("Scan", [n.constant(np.zeros((1, 4))), reverse(n, x)], 2, body=body, num_scan_inputs=1)
    n.add("Identity", [reverse(n, y)], [n.output("y")])
    write(n, {"x": noise(n, 6, 1, 3)}, options={"layers": 1})


def refused():
    n = Network("refuse_reversed_values")
    x = n.input("x", ["T", 1, 3])
    n.add("Relu", [reverse(n, x)], [n.output("y")])
    refuse(n, "relu4", "Relu", "backwards", "recurrent layer")

    n = Network("refuse_reversed_output")
    x = n.input("x", ["T", 1, 3])
    n.add("Identity", [reverse(n, layer(n, "GRU", x))], [n.output("y")])
    refuse(n, "backwards")

    n = Network("refuse_reversed_beside")  # forwards and backwards as one input
    x = n.input("x", ["T", 1, 3])
    v = n.add("Add", [x, reverse(n, x)])
    n.add("Identity", [layer(n, "GRU", v)], [n.output("y")])
    refuse(n, "add4", "Add", "backwards")

    n = Network("refuse_reversed_part")  # lengths of the caller
    x, lengths = n.input("x", ["T", 1, 3]), n.input("lengths", [1], TensorProto.INT64)
    v = n.add("ReverseSequence", [x, lengths], time_axis=0, batch_axis=1)
    n.add("Identity", [layer(n, "GRU", v)], [n.output("y")])
    refuse(n, "reversesequence0", "ReverseSequence")

    n = Network("refuse_mask")  # Keras' Masking layer
    x = n.input("x", [1, "T", 3])
    same = n.add("Cast", [n.add("Equal", [x, n.constant(0.0)])], to=TensorProto.FLOAT)
    n.add("Mul", [x, same], [n.output("y")])
    refuse(n, "equal0", "Equal", "padding steps", "mask")
