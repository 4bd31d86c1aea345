"""Inputs whose sequences have different numbers of frames."""

from network import Network, noise, refuse, write


def halved(n, x, features, channels, stride=2, kernel=None):
    """`x` (batch, time, features) through a convolution with a stride along time: (batch, time / stride, channels)."""
    weights = n.weights(channels, features, kernel or stride)
    y = n.add("Conv", [n.add("Transpose", [x], perm=[0, 2, 1]), weights], strides=[stride])
    return n.add("Transpose", [y], perm=[0, 2, 1])


def rates():
    n = Network("rates_two_to_one")  # two frames of x for each of y
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    n.add("Concat", [halved(n, x, 4, 5), y], [n.output("z")], axis=2)
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 6, 3)})
    n = Network("rates_slow_first")  # the same ratio whichever stands first
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    n.add("Concat", [y, halved(n, x, 4, 5)], [n.output("z")], axis=2)
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 6, 3)})
    n = Network("rates_three_to_two")
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    n.add("Add", [halved(n, x, 4, 5, 3), halved(n, y, 3, 5, 2)], [n.output("z")])
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 8, 3)})
    n = Network("rates_four_two_one")  # three inputs, joined one after another
    x, y, z = n.input("x", ["N", "T", 2]), n.input("y", ["N", "U", 3]), n.input("z", ["N", "V", 2])
    xy = n.add("Concat", [halved(n, x, 2, 3), y], axis=2)
    n.add("Concat", [z, halved(n, xy, 6, 4)], [n.output("all")], axis=2)
    write(n, {"x": noise(n, 1, 16, 2), "y": noise(n, 1, 8, 3), "z": noise(n, 1, 4, 2)})
    n = Network("rates_by_pool")
    x, y = n.input("x", ["N", 3, "T"]), n.input("y", ["N", 3, "U"])
    n.add("Mul", [n.add("MaxPool", [x], kernel_shape=[4], strides=[4]), y], [n.output("z")])
    write(n, {"x": noise(n, 1, 3, 20), "y": noise(n, 1, 3, 5)})
    n = Network("rates_lookahead")  # equal rates, two frames fewer
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    n.add("Concat", [halved(n, x, 4, 5, 1, 3), y], [n.output("z")], axis=2)
    write(n, {"x": noise(n, 1, 9, 4), "y": noise(n, 1, 7, 3)})
    n = Network("rates_shape_of_the_other")  # the joined sequence cut up by the length of the second input
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    joined = n.add("Concat", [halved(n, x, 4, 5), y], axis=2)
    length = n.add("Gather", [n.add("Shape", [y]), n.integers(1)], axis=0)
    shape = n.add("Concat", [n.integers(1), length, n.integers(2), n.integers(4)], axis=0)
    n.add("Reshape", [joined, shape], [n.output("z")])
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 6, 3)})
    n = Network("rates_repeated_by_the_other")  # a vector for each frame of the second input, beside the first
    x, y, f = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3]), n.input("f", ["N", 2])
    length = n.add("Gather", [n.add("Shape", [y]), n.integers(1)], axis=0)
    shape = n.add("Concat", [n.integers(1), length, n.integers(2)], axis=0)
    repeated = n.add("Expand", [n.add("Unsqueeze", [f, n.integers(1)]), shape])
    n.add("Concat", [halved(n, x, 4, 5), n.add("Concat", [repeated, y], axis=2)], [n.output("z")], axis=2)
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 6, 3), "f": noise(n, 1, 2)})
    n = Network("rates_one_name")  # the file calls both lengths T
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "T", 3])
    n.add("Concat", [halved(n, x, 4, 5), y], [n.output("z")], axis=2)
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 6, 3)})
    n = Network("rates_fixed_lengths")  # time is found by the recurrent layer
    x, y = n.input("x", [1, 12, 4]), n.input("y", [1, 6, 3])
    joined = n.add("Transpose", [n.add("Concat", [halved(n, x, 4, 5), y], axis=2)], perm=[1, 0, 2])
    n.add("RNN", [joined, n.weights(1, 6, 8), n.weights(1, 6, 6)], [n.output("z")], hidden_size=6)
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 6, 3)})
    n = Network("rates_stated")  # nothing joins them frame by frame
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    means = [n.add("ReduceMean", [v], axes=[1], keepdims=0) for v in (x, y)]
    n.add("Concat", means, [n.output("z")], axis=1)
    write(n, {"x": noise(n, 1, 10, 4), "y": noise(n, 1, 7, 3)}, options={"rates": {"x": [3, 2]}})
    n = Network("rates_stated_for_one")  # the other follows
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    n.add("Concat", [halved(n, x, 4, 5), y], [n.output("z")], axis=2)
    write(n, {"x": noise(n, 1, 12, 4), "y": noise(n, 1, 6, 3)}, options={"rates": {"x": [100, 1]}})
    _refused()


def _refused():
    n = Network("refuse_rates_contradictory")
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    n.add("Concat", [halved(n, x, 4, 5, 2), y], [n.output("a")], axis=2)
    n.add("Concat", [halved(n, x, 4, 5, 3), y], [n.output("b")], axis=2)
    refuse(n, "'x'", "'y'", "two ratios")
    n = Network("refuse_rates_of_one_input")
    x = n.input("x", ["N", "T", 4])
    n.add("Concat", [halved(n, x, 4, 5, 2), x], [n.output("a")], axis=2)
    refuse(n, "'x'", "1/2", "frame by frame")
    n = Network("refuse_rates_stated_wrongly")
    x, y = n.input("x", ["N", "T", 4]), n.input("y", ["N", "U", 3])
    n.add("Concat", [halved(n, x, 4, 5), y], [n.output("z")], axis=2)
    refuse(n, "'x'", "'y'", "--rate", options={"rates": {"x": [3, 1], "y": [2, 1]}})
    n = Network("refuse_rate_of_no_input")
    x = n.input("x", ["N", "T", 4])
    n.add("Relu", [x], [n.output("z")])
    refuse(n, "--rate", "'sound'", "'x'", options={"rates": {"sound": [3, 1]}})
    n = Network("refuse_rate_per_sequence")
    x, f = n.input("x", ["N", "T", 4]), n.input("f", ["N", 4])
    n.add("Add", [n.add("ReduceMean", [x], axes=[1], keepdims=0), f], [n.output("z")])
    refuse(n, "--rate", "'f'", "once per sequence", options={"rates": {"f": [3, 1]}})
    n = Network("refuse_lengths_of_one_input")
    x = n.input("x", ["N", "T", 4])
    n.add("Concat", [halved(n, x, 4, 5, 1, 3), x], [n.output("a")], axis=2)
    refuse(n, "'T'", "'T' - 2", "cannot be joined")
    n = Network("refuse_fixed_lengths")
    x, y = n.input("x", [1, 12, 4]), n.input("y", [1, 7, 3])
    n.add("Concat", [halved(n, x, 4, 5), y], [n.output("z")], axis=2)
    refuse(n, "6", "7", "cannot be joined", options={"timeAxis": {"": 1}})
