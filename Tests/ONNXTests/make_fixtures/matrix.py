"""Matrices."""

from network import Network, noise, refuse, write


def matrices():
    n = Network("matmul_add")
    v = n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(6, 4)])
    n.add("Add", [v, n.weights(4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("matmul_rows")  # the same matrix for each row of a frame
    n.add("MatMul", [n.input("x", [1, "T", 3, 6]), n.weights(6, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 3, 6)})

    n = Network("matmul_left")
    n.add("MatMul", [n.weights(4, 6), n.input("x", [1, 6, "T"])], [n.output("y")])
    write(n, {"x": noise(n, 1, 6, 5)})

    n = Network("matmul_grows")  # the matrix has more axes
    v = n.add("MatMul", [n.input("x", ["T", 6]), n.weights(1, 6, 4)])
    n.add("Softmax", [v], [n.output("y")], axis=2)
    write(n, {"x": noise(n, 5, 6)}, options={"timeAxis": {"x": 0}})

    n = Network("matmul_vector")
    n.add("MatMul", [n.input("x", [1, "T", 6]), n.weights(6)], [n.output("y")])
    write(n, {"x": noise(n, 1, 5, 6)})

    n = Network("matmul_over_time")  # needs all frames at once
    n.add("MatMul", [n.input("x", [1, 3, 7]), n.weights(7, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 3, 7)}, options={"timeAxis": {"x": 2}})

    n = Network("gemm_scaled")
    x = n.input("x", ["N", 6])
    n.add("Gemm", [x, n.weights(6, 4), n.weights(4)], [n.output("y")], alpha=0.5, beta=2.0)
    write(n, {"x": noise(n, 3, 1, 6)}, calls=True)

    n = Network("gemm_transposed")
    x = n.input("x", [6, 1])
    n.add("Gemm", [x, n.weights(4, 6)], [n.output("y")], transA=1, transB=1)
    write(n, {"x": noise(n, 3, 6, 1)}, calls=True)

    n = Network("flatten_weights")  # a convolution's map is flattened in another order than it is stored
    x = n.input("x", [1, 2, 5, "W"])
    v = n.add("Conv", [x, n.weights(3, 2, 3, 3)], pads=[1, 1, 1, 1])
    v = n.add("Transpose", [v], perm=[0, 3, 1, 2])
    v = n.add("Reshape", [v, n.integers(0, 0, -1)])
    n.add("MatMul", [v, n.weights(15, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 2, 5, 7)})

    n = Network("flatten_time")  # mnist_lstm's head
    x = n.input("x", ["N", 6, 3])
    y = n.add(
        "LSTM", [n.add("Transpose", [x], perm=[1, 0, 2]), n.weights(1, 16, 3), n.weights(1, 16, 4)], hidden_size=4
    )
    v = n.add("Transpose", [n.add("Squeeze", [y, n.integers(1)])], perm=[1, 0, 2])
    v = n.add("Flatten", [v])
    n.add("Gemm", [v, n.weights(5, 24)], [n.output("y")], transB=1)
    write(n, {"x": noise(n, 1, 6, 3)})

    n = Network("flatten_beside_last")  # all frames at once, and the last state
    x = n.input("x", ["N", 6, 3])
    y, h = n.add(
        "LSTM", [n.add("Transpose", [x], perm=[1, 0, 2]), n.weights(1, 16, 3), n.weights(1, 16, 4)], 2, hidden_size=4
    )
    v = n.add("Flatten", [n.add("Transpose", [n.add("Squeeze", [y, n.integers(1)])], perm=[1, 0, 2])])
    n.add("Concat", [v, n.add("Squeeze", [h, n.integers(0)])], [n.output("y")], axis=1)
    write(n, {"x": noise(n, 1, 6, 3)})

    n = Network("stack_pairs")  # a pyramid: two frames become one
    x = n.input("x", ["N", "T", 3])
    shape = n.add(
        "Concat", [n.add("Slice", [n.add("Shape", [x]), n.integers(0), n.integers(1)]), n.integers(-1, 6)], axis=0
    )
    v = n.add("Reshape", [x, shape])
    n.add("MatMul", [v, n.weights(6, 4)], [n.output("y")])
    write(n, {"x": noise(n, 1, 8, 3)})

    n = Network("refuse_attention")
    x = n.input("x", [1, "T", 4])
    n.add("MatMul", [x, n.add("Transpose", [x], perm=[0, 2, 1])], [n.output("y")])
    refuse(n, "matmul1", "MatMul", "attention")

    n = Network("refuse_flatten_open_time")
    x = n.input("x", ["N", "T", 3])
    n.add("MatMul", [n.add("Reshape", [x, n.integers(1, -1)]), n.weights(24, 4)], [n.output("y")])
    refuse(n, "matmul1", "MatMul", "--input-shape")
