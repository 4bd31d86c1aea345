"""Small networks with random weights as packed model files, for the tests that only need some model:

    python Tests/Build/models.py build/crnn build/tests/models

stream.crnn   convolution over time, GRU, dense, softmax: one result for each frame
last.crnn     image columns, convolution, pooling, LSTM: one result a sequence; with labels and a recipe for images
bounded.crnn  a bidirectional LSTM: it needs the whole sequence
pair.crnn     two inputs that are added
tiny.crnn     as small a file as can hold a recurrent layer and a dense one
lstm.crnn     LSTM and dense: one result for each frame; one of its cells counts the frames and is never reset
strided.crnn  convolution over time with stride 8, LSTM, dense: a result for every eighth frame
wide.crnn     convolutions of 32 channels, for which Winograd's way pays, dense: one result for each column of an image
rates.crnn    two columns of one input for each frame of another; one result for each frame, one a sequence
text.crnn     columns, convolution with stride 2, dense, softmax: it reads a, b, c, ß, the blank first, but has no
              recipe for pictures; and text.lexicon, text.ngram for its decoder
lines.crnn    text.crnn with a recipe for pictures
peak.crnn     the largest value of each feature, and nothing else: one result a sequence
"""

import pathlib
import subprocess
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

# What convert is told beyond the calibration data.
OPTIONS = {
    "last": ["--labels", "0,1,2,3,4,5,6,7,8,9", "--preprocess", "grey,invert,resize=10x12:pillow:bilinear,scale=1/255"],
    "wide": ["--input-kind", "image"],
    "text": ["--alphabet", "abcß", "--blank", "first"],
}

random = numpy.random.default_rng(20240611)


def weights(name, *shape):
    scale = 1 / numpy.sqrt(numpy.prod(shape[1:]))
    return numpy_helper.from_array(random.normal(0, scale, shape).astype(numpy.float32), name)


def constant(name, values):
    return numpy_helper.from_array(numpy.asarray(values, numpy.int64), name)


def port(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def recurrent(operator, name, source, result, inputs, units, direction="forward"):
    """The nodes and constants of a recurrent layer [time, batch, inputs] -> [time, batch, units times directions]."""
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[operator]
    directions = 2 if direction == "bidirectional" else 1
    constants = [
        weights(f"{name}.W", directions, gates * units, inputs),
        weights(f"{name}.R", directions, gates * units, units),
        weights(f"{name}.B", directions, 2 * gates * units),
        constant(f"{name}.shape", [0, 0, -1]),
    ]
    nodes = [
        helper.make_node(operator, [source, f"{name}.W", f"{name}.R", f"{name}.B"], [f"{name}.Y"], name=name,
                         hidden_size=units, direction=direction),
        helper.make_node("Transpose", [f"{name}.Y"], [f"{name}.T"], name=f"{name}.transpose", perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", [f"{name}.T", f"{name}.shape"], [result], name=f"{name}.merge"),
    ]
    return nodes, constants


def dense(name, source, result, inputs, outputs):
    constants = [weights(f"{name}.W", inputs, outputs), weights(f"{name}.B", outputs)]
    nodes = [
        helper.make_node("MatMul", [source, f"{name}.W"], [f"{name}.product"], name=name),
        helper.make_node("Add", [f"{name}.product", f"{name}.B"], [result], name=f"{name}.bias"),
    ]
    return nodes, constants


def model(name, inputs, outputs, *parts):
    nodes = [node for part in parts for node in part[0]]
    constants = [value for part in parts for value in part[1]]
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    result = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    result.ir_version = 8
    onnx.checker.check_model(result)
    return result


def stream_model():
    convolution = (
        [helper.make_node("Conv", ["features", "conv.W", "conv.B"], ["conv.Y"], name="conv", pads=[1, 1]),
         helper.make_node("Relu", ["conv.Y"], ["conv.relu"], name="relu"),
         helper.make_node("Transpose", ["conv.relu"], ["frames"], name="time.first", perm=[2, 0, 1])],
        [weights("conv.W", 16, 8, 3), weights("conv.B", 16)])
    softmax = ([helper.make_node("Softmax", ["logits"], ["scores"], name="softmax", axis=-1)], [])
    network = model(
        "stream", [port("features", [1, 8, "time"])], [port("scores", ["time", 1, 5])], convolution,
        recurrent("GRU", "gru", "frames", "hidden", 16, 12), dense("dense", "hidden", "logits", 12, 5), softmax)
    return network, {"features": random.uniform(-1, 1, (8, 40, 8))}


def last_model():
    convolution = (
        [helper.make_node("Conv", ["columns", "conv.W", "conv.B"], ["conv.Y"], name="conv", pads=[1, 1, 1, 1]),
         helper.make_node("Relu", ["conv.Y"], ["conv.relu"], name="relu"),
         helper.make_node("MaxPool", ["conv.relu"], ["pool"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
         helper.make_node("Transpose", ["pool"], ["time.first"], name="time.first", perm=[3, 0, 1, 2]),
         helper.make_node("Reshape", ["time.first", "merge"], ["frames"], name="merge")],
        [weights("conv.W", 4, 1, 3, 3), weights("conv.B", 4), constant("merge", [0, 0, -1])])
    lstm = (
        [helper.make_node(
            "LSTM", ["frames", "lstm.W", "lstm.R", "lstm.B"], ["", "lstm.h"], name="lstm", hidden_size=12),
         helper.make_node("Squeeze", ["lstm.h", "first"], ["hidden"], name="squeeze")],
        [weights("lstm.W", 1, 48, 24), weights("lstm.R", 1, 48, 12), weights("lstm.B", 1, 96), constant("first", [0])])
    softmax = ([helper.make_node("Softmax", ["logits"], ["scores"], name="softmax", axis=-1)], [])
    network = model(
        "last", [port("columns", [1, 1, 12, "time"])], [port("scores", [1, 10])], convolution, lstm,
        dense("dense", "hidden", "logits", 12, 10), softmax)
    return network, {"columns": random.uniform(0, 1, (8, 40, 12))}


def bounded_model():
    network = model(
        "bounded", [port("features", ["time", 1, 6])], [port("scores", ["time", 1, 4])],
        recurrent("LSTM", "lstm", "features", "hidden", 6, 8, "bidirectional"),
        dense("dense", "hidden", "scores", 16, 4))
    return network, {"features": random.uniform(-1, 1, (8, 40, 6))}


def pair_model():
    add = ([helper.make_node("Add", ["from.sound", "from.image"], ["sum"], name="add"),
            helper.make_node("Tanh", ["sum"], ["bounded"], name="tanh"),
            helper.make_node("Transpose", ["bounded"], ["frames"], name="time.first", perm=[1, 0, 2])], [])
    network = model(
        "pair", [port("sound", [1, "time", 10]), port("image", [1, "time", 6])], [port("scores", ["time", 1, 3])],
        dense("sound.dense", "sound", "from.sound", 10, 8), dense("image.dense", "image", "from.image", 6, 8), add,
        recurrent("GRU", "gru", "frames", "hidden", 8, 8), dense("dense", "hidden", "scores", 8, 3))
    return network, {"sound": random.uniform(-1, 1, (8, 40, 10)), "image": random.uniform(0, 1, (8, 40, 6))}


def tiny_model():
    network = model(
        "tiny", [port("x", ["time", 1, 2])], [port("y", ["time", 1, 2])], recurrent("GRU", "gru", "x", "h", 2, 4),
        dense("dense", "h", "y", 4, 2))
    return network, {"x": random.uniform(-1, 1, (4, 20, 2))}


def lstm_model():
    units = 12
    nodes, constants = recurrent("LSTM", "lstm", "x", "h", 6, units)
    bias = numpy_helper.to_array(constants[2]).copy()
    # Unit 0: input, output and forget gate wide open, and a candidate of one: its cell grows by one with each frame.
    bias[0, 0:4 * units:units] = 30
    constants[2] = numpy_helper.from_array(bias, constants[2].name)
    network = model(
        "lstm", [port("x", ["time", 1, 6])], [port("y", ["time", 1, 4])], (nodes, constants),
        dense("dense", "h", "y", units, 4))
    return network, {"x": random.uniform(-1, 1, (8, 40, 6))}


def strided_model():
    convolution = (
        [helper.make_node("Conv", ["features", "conv.W", "conv.B"], ["conv.Y"], name="conv", strides=[8]),
         helper.make_node("Relu", ["conv.Y"], ["conv.relu"], name="relu"),
         helper.make_node("Transpose", ["conv.relu"], ["frames"], name="time.first", perm=[2, 0, 1])],
        [weights("conv.W", 16, 8, 16), weights("conv.B", 16)])
    network = model(
        "strided", [port("features", [1, 8, "time"])], [port("scores", ["time", 1, 5])], convolution,
        recurrent("LSTM", "lstm", "frames", "hidden", 16, 12), dense("dense", "hidden", "scores", 12, 5))
    return network, {"features": random.uniform(-1, 1, (8, 64, 8))}


def rates_model():
    halve = (
        [helper.make_node("Transpose", ["columns"], ["channels"], name="channels.first", perm=[0, 2, 1]),
         helper.make_node("Conv", ["channels", "conv.W", "conv.B"], ["conv.Y"], name="halve", strides=[2], pads=[2, 0]),
         helper.make_node("Transpose", ["conv.Y"], ["halved"], name="channels.last", perm=[0, 2, 1]),
         helper.make_node("Concat", ["halved", "features"], ["both"], name="join", axis=2),
         helper.make_node("Transpose", ["both"], ["frames"], name="time.first", perm=[1, 0, 2])],
        [weights("conv.W", 8, 12, 4), weights("conv.B", 8)])
    end = (
        [helper.make_node("Gather", ["scores", "last"], ["end"], name="end", axis=0)],
        [numpy_helper.from_array(numpy.int64(-1), "last")])
    network = model(
        "rates", [port("columns", [1, "columns", 12]), port("features", [1, "frames", 3])],
        [port("scores", ["frames", 1, 4]), port("end", [1, 4])], halve,
        recurrent("GRU", "gru", "frames", "hidden", 11, 8), dense("dense", "hidden", "scores", 8, 4), end)
    return network, {"columns": random.uniform(0, 1, (8, 40, 12)), "features": random.uniform(-1, 1, (8, 20, 3))}


def wide_model():
    convolutions = (
        [helper.make_node("Conv", ["columns", "first.W", "first.B"], ["first.Y"], name="first", pads=[1, 1, 1, 1]),
         helper.make_node("Relu", ["first.Y"], ["first.relu"], name="first.relu"),
         helper.make_node("Conv", ["first.relu", "wide.W", "wide.B"], ["wide.Y"], name="wide", pads=[1, 1, 1, 1]),
         helper.make_node("Relu", ["wide.Y"], ["wide.relu"], name="wide.relu"),
         helper.make_node("Transpose", ["wide.relu"], ["time.first"], name="time.first", perm=[3, 0, 1, 2]),
         helper.make_node("Reshape", ["time.first", "merge"], ["frames"], name="merge")],
        [weights("first.W", 32, 1, 3, 3), weights("first.B", 32), weights("wide.W", 32, 32, 3, 3),
         weights("wide.B", 32), constant("merge", [0, 0, -1])])
    network = model(
        "wide", [port("columns", [1, 1, 8, "time"])], [port("scores", ["time", 1, 5])], convolutions,
        dense("dense", "frames", "scores", 256, 5))
    return network, {"columns": random.uniform(0, 1, (4, 40, 8))}


def text_model():
    convolution = (
        [helper.make_node("Conv", ["columns", "conv.W", "conv.B"], ["conv.Y"], name="conv", strides=[2], pads=[1, 1]),
         helper.make_node("Tanh", ["conv.Y"], ["conv.tanh"], name="tanh"),
         helper.make_node("Transpose", ["conv.tanh"], ["frames"], name="time.first", perm=[2, 0, 1])],
        [weights("conv.W", 8, 6, 3), weights("conv.B", 8)])
    nodes, constants = dense("dense", "frames", "logits", 8, 5)
    # Sure of something in most frames.
    constants[0] = numpy_helper.from_array(12 * numpy_helper.to_array(constants[0]), constants[0].name)
    softmax = ([helper.make_node("Softmax", ["logits"], ["scores"], name="softmax", axis=-1)], [])
    network = model(
        "text", [port("columns", [1, 6, "time"])], [port("scores", ["time", 1, 5])], convolution, (nodes, constants),
        softmax)
    return network, {"columns": random.uniform(-1, 1, (8, 40, 6))}


# What text.crnn reads.
WORDS = "a\nab\nabba\ncab\nßa\n"
ARPA = """\\data\\
ngram 1=6
ngram 2=3

\\1-grams:
-0.5\ta\t-0.2
-0.8\tb\t-0.1
-1.0\tc
-1.5\tß
-0.7\t</s>
-99\t<s>\t-0.3

\\2-grams:
-0.3\ta b
-0.2\tb a
-0.4\t<s> c
\\end\\
"""


def peak_model():
    largest = helper.make_node("ReduceMax", ["x"], ["y"], name="largest", axes=[1], keepdims=0)
    network = model("peak", [port("x", [1, "time", 3])], [port("y", [1, 3])], ([largest], []))
    return network, {"x": random.uniform(-1, 1, (4, 20, 3))}


def language(tool, directory):
    for option, text, name in (("--words", WORDS, "lexicon"), ("--arpa", ARPA, "ngram")):
        source = directory / f"text.{name}.txt"
        source.write_text(text)
        subprocess.run(
            [tool, "language", directory / "text.crnn", option, source, "-o", directory / f"text.{name}"], check=True)


def lines(tool, directory):
    """The network of text.crnn, which reads pictures."""
    subprocess.run(
        [tool, "convert", directory / "text.onnx", "-o", directory / "lines.crnn",
         "--calibrate", directory / "text.npz", *OPTIONS["text"],
         "--preprocess", "grey,resize=*x6:pillow:bicubic"], check=True)


def main():
    tool, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("stream", "last", "bounded", "pair", "tiny", "strided", "lstm", "rates", "wide", "text", "peak"):
        network, data = globals()[f"{name}_model"]()
        onnx.save(network, directory / f"{name}.onnx")
        numpy.savez(directory / f"{name}.npz", **{key: value.astype(numpy.float32) for key, value in data.items()})
        subprocess.run(
            [tool, "convert", directory / f"{name}.onnx", "-o", directory / f"{name}.crnn",
             "--calibrate", directory / f"{name}.npz", *OPTIONS.get(name, [])], check=True)
    language(tool, directory)
    lines(tool, directory)


if __name__ == "__main__":
    main()
