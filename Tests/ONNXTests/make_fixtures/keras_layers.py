"""Embedding and TimeDistributed of Keras 2 and 3, as tf2onnx and Keras' own export write them."""

import numpy as np
from network import Network, noise, refuse, write
from onnx import TensorProto, helper
from subgraphs import graph, info

ROWS = 9


def keras_layers():
    embeddings()
    reshaped_frames()
    frames_one_by_one()


def numbered(n, x, kind=TensorProto.INT32, shift=0):
    """x < 0 ? x + rows : x of whole numbers as a sum of products with the condition: tf2onnx' way to choose."""
    dtype = np.int64 if kind == TensorProto.INT64 else np.int32
    is_negative = n.add("Less", [n.add("Cast", [x], to=TensorProto.FLOAT), n.constant(0.0)])
    other = n.add("Cast", [n.add("Not", [is_negative])], to=kind)
    one = n.add("Cast", [is_negative], to=kind)
    kept = n.add("Mul", [n.add("Add", [x, n.constant(shift, dtype)]) if shift else x, other])
    return n.add("Add", [n.add("Mul", [one, n.add("Add", [x, n.constant(ROWS, dtype)])]), kept])


def embeddings():
    words = np.array([[3, 8, 0, 1, 1]])

    def layer(n, indices):
        v = n.add("Transpose", [n.add("Gather", [n.weights(ROWS, 4), indices])], perm=[1, 0, 2])
        n.add("GRU", [v, n.weights(1, 9, 4), n.weights(1, 9, 3)], [n.output("y")], hidden_size=3)

    n = Network("keras_embedding")
    layer(n, numbered(n, n.input("x", ["N", "T"], TensorProto.INT32)))
    write(n, {"x": words.astype(np.int32)})

    n = Network("keras_embedding_where")
    x = n.input("x", ["N", "T"], TensorProto.INT64)
    is_negative = n.add("Less", [x, n.constant(0, np.int64)])
    layer(n, n.add("Where", [is_negative, n.add("Add", [x, n.constant(ROWS, np.int64)]), x]))
    write(n, {"x": words})

    n = Network("keras_embedding_of_floats")  # an Input without a type is one of floats
    x = n.add("Cast", [n.input("x", ["N", "T"])], to=TensorProto.INT32)
    layer(n, numbered(n, x))
    write(n, {"x": words.astype(np.float32)})

    n = Network("keras_embeddings_of_one_input")  # Keras 2 only casts; two tables read the same words
    x = n.input("x", ["N", 3])
    first = n.add("Gather", [n.weights(ROWS, 4), n.add("Cast", [x], to=TensorProto.INT32)])
    numbers = numbered(n, n.add("Cast", [x], to=TensorProto.INT64), TensorProto.INT64)
    second = n.add("Gather", [n.weights(ROWS, 2), numbers])
    n.add("Flatten", [n.add("Concat", [first, second], axis=2)], [n.output("y")])
    write(n, {"x": np.array([[[3, 8, 0]], [[1, 1, 2]]], np.float32)}, calls=True)

    n = Network("refuse_embedding_of_changed_numbers")
    layer(n, numbered(n, n.input("x", ["N", "T"], TensorProto.INT32), shift=1))
    refuse(n, "less1", "Less")

    n = Network("refuse_embedding_of_results")
    x = n.add("Cast", [n.add("Relu", [n.input("x", ["N", "T"])])], to=TensorProto.INT32)
    layer(n, numbered(n, x))
    refuse(n, "gather", "Gather", "computed positions")


def reshaped_frames():
    """Keras 2: the frames of all sequences become one batch."""

    def distributed(n, x, frame, layer, result):
        """`layer` on (batch × time, …frame), and back to (batch, time, …result)."""
        lengths = n.add("Cast", [n.add("Shape", [x])], to=TensorProto.INT32)
        steps = n.add("Slice", [lengths, *map(n.integers, (1, 2, 0))])
        v = layer(n.add("Reshape", [x, n.integers(-1, *frame)]))
        sizes = [n.constant([-1], np.int32), steps, *(n.constant([size], np.int32) for size in result)]
        shape = n.add("Cast", [n.add("Concat", sizes, axis=0)], to=TensorProto.INT64)
        return n.add("Reshape", [v, shape])

    def gru(n, v, size):
        v = n.add("Transpose", [v], perm=[1, 0, 2])
        n.add("GRU", [v, n.weights(1, 12, size), n.weights(1, 12, 4)], [n.output("y")], hidden_size=4)

    n = Network("timedistributed_convolution")
    x = n.input("x", ["N", "T", 6, 6, 2])

    def convolution(v):
        v = n.add("Conv", [n.add("Transpose", [v], perm=[0, 3, 1, 2]), n.weights(3, 2, 3, 3)])
        return n.add("Transpose", [v], perm=[0, 2, 3, 1])

    v = distributed(n, x, (6, 6, 2), convolution, (4, 4, 3))
    v = distributed(n, v, (4, 4, 3), lambda v: n.add("Reshape", [v, n.integers(-1, 48)]), (48,))
    gru(n, v, 48)
    write(n, {"x": noise(n, 1, 5, 6, 6, 2)})

    n = Network("timedistributed_network")  # of one channel: tf2onnx writes the Transpose as part of the Reshape
    x = n.input("x", ["N", "T", 6, 6, 1])

    def network(v):
        v = n.add("Relu", [n.add("Conv", [v, n.weights(3, 1, 3, 3)])])
        v = n.add("MaxPool", [v], kernel_shape=[2, 2], strides=[2, 2])
        v = n.add("Reshape", [n.add("Transpose", [v], perm=[0, 2, 3, 1]), n.integers(-1, 12)])
        return n.add("MatMul", [v, n.weights(12, 5)])

    gru(n, distributed(n, x, (1, 6, 6), network, (5,)), 5)
    write(n, {"x": noise(n, 1, 5, 6, 6, 1)})

    n = Network("timedistributed_normalisation")
    x = n.input("x", ["N", "T", 5])
    v = distributed(n, x, (5,), lambda v: n.add("Mul", [v, n.weights(5)]), (5,))
    n.add("Identity", [distributed(n, v, (5,), lambda v: n.add("Relu", [v]), (5,))], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 5)})


def frames_one_by_one():
    """Keras 3: a layer for each frame where their number is fixed, else a loop that cuts the sequence into frames."""

    def steps(n, x, count, layer):
        """`layer` on each frame of x [time, batch, …], stacked along time."""
        results = []
        for k in range(count):
            v = n.add("Slice", [x, n.integers(k), n.integers(k + 1), n.integers(0)])
            results.append(n.add("Unsqueeze", [layer(n.add("Squeeze", [v, n.integers(0)])), n.integers(0)]))
        return n.add("Concat", results, axis=0)

    n = Network("timedistributed_steps")
    x = n.add("Transpose", [n.input("x", ["N", 4, 6, 6, 2])], perm=[1, 0, 2, 3, 4])
    weights, shape = n.weights(3, 2, 3, 3), n.integers(-1, 48)
    v = steps(n, x, 4, lambda v: n.add("Conv", [n.add("Transpose", [v], perm=[0, 3, 1, 2]), weights]))
    v = n.add("Transpose", [v], perm=[0, 1, 3, 4, 2])
    v = steps(n, v, 4, lambda v: n.add("Reshape", [v, shape]))
    n.add("GRU", [v, n.weights(1, 12, 48), n.weights(1, 12, 4)], [n.output("y")], hidden_size=4)
    write(n, {"x": noise(n, 1, 4, 6, 6, 2)}, options={"timeAxis": {"x": 1}})

    n = Network("timedistributed_steps_dense")
    x = n.add("Transpose", [n.input("x", ["N", 4, 5])], perm=[1, 0, 2])
    weights = n.weights(5, 3)
    v = steps(n, x, 4, lambda v: n.add("MatMul", [v, weights]))
    n.add("Transpose", [v], [n.output("y")], perm=[1, 0, 2])
    write(n, {"x": noise(n, 1, 4, 5)})

    n = Network("refuse_timedistributed_loop")
    x = n.add("Transpose", [n.input("x", ["N", "T", 5])], perm=[1, 0, 2])
    # Keras 3.15 takes the number of steps from the axis of the batch: what it exports is wrong, too.
    count = n.add("Squeeze", [n.add("Slice", [n.add("Shape", [x]), *map(n.integers, (1, 2, 0))]), n.integers(0)])
    frames = n.add("Range", [n.constant(0, np.int64), count, n.constant(1, np.int64)])
    starts = n.add("Unsqueeze", [frames, n.integers(1)])
    ends = n.add("Unsqueeze", [n.add("Add", [frames, n.constant(1, np.int64)]), n.integers(1)])
    one, axis = n.constant(1, np.int64), n.integers(0)
    nodes = [
        helper.make_node("Add", ["k", one], ["next"]),
        helper.make_node("Less", ["next", "all"], ["goes_on"]),
        helper.make_node("Gather", ["starts", "k"], ["start"]),
        helper.make_node("Gather", ["ends", "k"], ["end"]),
        helper.make_node("Slice", ["data", "start", "end", axis], ["frame"]),
        helper.make_node("Squeeze", ["frame", axis], ["cut"]),
        *(helper.make_node("Identity", [name], [f"{name}_again"]) for name in ("all", "starts", "ends", "data")),
    ]
    integer = TensorProto.INT64
    states = [info("k", [], integer), info("all", [], integer), info("starts", [None, 1], integer)]
    states += [info("ends", [None, 1], integer), info("data", [None, None, 5])]
    inputs = [info("number", [], integer), info("condition", [], TensorProto.BOOL), *states]
    results = [info("goes_on", [], TensorProto.BOOL), info("next", [], integer), info("all_again", [], integer)]
    results += [info(name, [None, 1], integer) for name in ("starts_again", "ends_again")]
    results += [info("data_again", [None, None, 5]), info("cut", [None, 5])]
    begins = n.add("Less", [n.constant(0, np.int64), count])
    given = ["", begins, n.constant(0, np.int64), count, starts, ends, x]
    values = n.add("Loop", given, 6, body=graph(nodes, inputs, results))
    v = n.add("MatMul", [values[5], n.weights(5, 3)])
    n.add("Transpose", [v], [n.output("y")], perm=[1, 0, 2])
    refuse(n, "loop", "Loop", "TimeDistributed", "crnn_convert")
