"""Makes fixtures/tflite/: small Keras models as TensorFlow's converter writes them, in float, with 8-bit weights and in
8 bits throughout, and what LiteRT computes with them.

    python3 Tests/Convert/make_tflite_fixtures.py

Needs tools/train/requirements.txt and ai-edge-litert. The tests need neither.
"""

from __future__ import annotations

import os
import pathlib
import sys

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import flatbuffers  # noqa: E402
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from ai_edge_litert import schema_py_generated as schema  # noqa: E402
from ai_edge_litert.interpreter import Interpreter  # noqa: E402
from keras import layers  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent / "fixtures" / "tflite"


def picture():
    image = keras.Input((12, 9, 2), batch_size=1, name="image")
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(image)
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu6")(x)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU(0.2)(x)
    x = layers.Concatenate()([layers.MaxPooling2D(2)(x), layers.AveragePooling2D(2)(x)])
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.Conv2D(3, 2, dilation_rate=2)(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(4, activation="softmax", name="result")(x))


def sound():
    """LSTM forward and both ways, behind a convolution along time; TensorFlow 2.21 writes them as loops."""
    frames = keras.Input((11, 3), batch_size=1, name="frames")
    x = layers.Conv1D(5, 3, padding="same", activation="relu")(frames)
    x = layers.LSTM(6, return_sequences=True)(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    return keras.Model(frames, layers.Dense(3, activation="sigmoid", name="each")(x))


def loops():
    """What TensorFlow has no operator for and writes as loops: GRU both ways of resetting, SimpleRNN."""
    frames = keras.Input((9, 3), batch_size=1, name="frames")
    x = layers.GRU(5, return_sequences=True)(frames)
    x = layers.GRU(4, return_sequences=True, reset_after=False)(x)
    x = layers.Bidirectional(layers.GRU(3, return_sequences=True))(x)
    x = layers.SimpleRNN(4, return_sequences=True)(x)
    return keras.Model(frames, layers.Dense(3, name="each")(x))


def last_step():
    frames = keras.Input((9, 3), batch_size=1, name="frames")
    x = layers.GRU(5)(frames)
    return keras.Model(frames, layers.Dense(3, name="result")(x))


#: With the kinds of numbers that TensorFlow can write each of them in.
NETWORKS = {
    "picture": (picture, ("float", "int8")),
    "sound": (sound, ("float",)),
    "loops": (loops, ("float",)),
    "last_step": (last_step, ("float",)),
}


def randomise(model) -> None:
    """Weights that no initialiser would give (biases, means and variances matter, too)."""
    random = np.random.default_rng(5)
    for variable in model.weights:
        values = random.normal(0, 0.4, variable.shape)
        variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)


def converted(model, examples: np.ndarray, numbers: str) -> bytes:
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if numbers != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if numbers == "int8":
        converter.representative_dataset = lambda: ([example[None]] for example in examples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def computed(content: bytes, examples: np.ndarray) -> np.ndarray:
    """By LiteRT, states reset before every example; 8-bit inputs and outputs as the real numbers they mean."""
    results = []
    for example in examples:
        interpreter = Interpreter(model_content=content, num_threads=1)
        interpreter.allocate_tensors()
        (given,), (gives,) = interpreter.get_input_details(), interpreter.get_output_details()
        value = example[None]
        if given["dtype"] is np.int8:
            scale, zero_point = given["quantization"]
            value = np.clip(np.round(value / scale) + zero_point, -128, 127).astype(np.int8)
        interpreter.set_tensor(given["index"], value)
        interpreter.invoke()
        result = interpreter.get_tensor(gives["index"])
        if gives["dtype"] is np.int8:
            scale, zero_point = gives["quantization"]
            result = ((result.astype(np.float32) - zero_point) * scale).astype(np.float32)
        results.append(result)
    return np.concatenate(results)


class Builder:
    """A model of one subgraph, operator by operator, for operators that Keras has no layer for."""

    def __init__(self) -> None:
        self.model = schema.ModelT()
        self.model.version, self.model.description = 3, "hand-made"
        self.model.buffers, self.model.operatorCodes, self.model.signatureDefs = [schema.BufferT()], [], []
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators, self.graph.inputs, self.graph.outputs = [], [], [], []
        self.model.subgraphs = [self.graph]

    def tensor(self, name: str, shape, values: np.ndarray | None = None, is_variable: bool = False) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), schema.TensorType.FLOAT32
        tensor.isVariable, tensor.buffer = is_variable, 0
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = list(values.astype(np.float32).tobytes())
            self.model.buffers.append(buffer)
            tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def operator(self, code: int, inputs, outputs, kind: int, options) -> None:
        stated = schema.OperatorCodeT()
        stated.builtinCode, stated.version = code, 1
        stated.deprecatedBuiltinCode = min(code, 127)
        self.model.operatorCodes.append(stated)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self.graph.operators.append(operator)

    def content(self) -> bytes:
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def svdf() -> bytes:
    """Two layers of filters over features and time, of ranks 2 and 1, one frame a call."""
    random = np.random.default_rng(3)
    builder = Builder()
    previous, width = builder.tensor("frame", (1, 6)), 6
    builder.graph.inputs = [previous]
    for number, (units, rank, memory, function) in enumerate([(5, 2, 4, 1), (3, 1, 3, 0)]):
        filters = units * rank
        inputs = [
            previous,
            builder.tensor(f"features_{number}", (filters, width), random.normal(0, 0.4, (filters, width))),
            builder.tensor(f"times_{number}", (filters, memory), random.normal(0, 0.5, (filters, memory))),
            builder.tensor(f"bias_{number}", (units,), random.normal(0, 0.3, (units,))),
            builder.tensor(f"state_{number}", (1, filters * memory), is_variable=True),
        ]
        options = schema.SVDFOptionsT()
        options.rank, options.fusedActivationFunction = rank, function
        previous, width = builder.tensor(f"layer_{number}", (1, units)), units
        builder.operator(schema.BuiltinOperator.SVDF, inputs, [previous], schema.BuiltinOptions.SVDFOptions, options)
    builder.graph.outputs = [previous]
    return builder.content()


def peepholes() -> bytes:
    """An LSTM with peepholes and a projection, as TensorFlow 1 had them."""
    random = np.random.default_rng(4)
    builder = Builder()
    units, width, given, steps = 5, 3, 4, 8

    def weights(name: str, *shape: int) -> int:
        return builder.tensor(name, shape, random.normal(0, 0.4, shape))

    data = builder.tensor("frames", (1, steps, given))
    builder.graph.inputs = [data]
    inputs = [data]
    inputs += [weights(f"input_to_{gate}", units, given) for gate in "ifco"]
    inputs += [weights(f"hidden_to_{gate}", units, width) for gate in "ifco"]
    inputs += [weights(f"cell_to_{gate}", units) for gate in "ifo"]
    inputs += [weights(f"bias_{gate}", units) for gate in "ifco"]
    inputs += [weights("projection", width, units), -1]
    inputs += [
        builder.tensor("hidden", (1, width), is_variable=True),
        builder.tensor("cell", (1, units), is_variable=True),
    ]
    inputs += [-1] * 4
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.cellClip = options.projClip = 0.0
    options.timeMajor = False
    result = builder.tensor("each", (1, steps, width))
    kind = schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions
    builder.operator(schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, [result], kind, options)
    builder.graph.outputs = [result]
    return builder.content()


def directions() -> bytes:
    """Operators that Keras' layers no longer become: both ways in one, coupled gates, simple recurrence."""
    random = np.random.default_rng(8)
    builder = Builder()
    steps, given = 7, 4

    def weights(name: str, *shape: int) -> int:
        return builder.tensor(name, shape, random.normal(0, 0.4, shape))

    def state(units: int) -> int:
        return builder.tensor(f"state_{len(builder.graph.tensors)}", (1, units), is_variable=True)

    data = builder.tensor("frames", (1, steps, given))
    builder.graph.inputs = [data]
    inputs = [data]
    for way in ("forward", "backward"):
        inputs += [weights(f"{way}_input_to_{gate}", 5, given) for gate in "ifco"]
        inputs += [weights(f"{way}_hidden_to_{gate}", 5, 5) for gate in "ifco"]
        inputs += [weights(f"{way}_cell_to_{gate}", 5) for gate in "ifo"]
        inputs += [weights(f"{way}_bias_{gate}", 5) for gate in "ifco"] + [-1, -1]
    inputs += [state(5) for _ in range(4)] + [-1] * 9
    options = schema.BidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.cellClip, options.projClip, options.mergeOutputs, options.timeMajor = 0.0, 0.0, True, False
    both = builder.tensor("both", (1, steps, 10))
    kind = schema.BuiltinOptions.BidirectionalSequenceLSTMOptions
    builder.operator(schema.BuiltinOperator.BIDIRECTIONAL_SEQUENCE_LSTM, inputs, [both], kind, options)

    # The input gate is one minus the forget gate: its weights are not there.
    inputs = [both, -1] + [weights(f"input_to_{gate}", 4, 10) for gate in "fco"]
    inputs += [-1] + [weights(f"hidden_to_{gate}", 4, 4) for gate in "fco"]
    inputs += [-1, weights("cell_to_f", 4), weights("cell_to_o", 4)]
    inputs += [-1] + [weights(f"bias_{gate}", 4) for gate in "fco"] + [-1, -1, state(4), state(4)] + [-1] * 4
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.cellClip, options.projClip, options.timeMajor = 0.0, 0.0, False
    coupled = builder.tensor("coupled", (1, steps, 4))
    kind = schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions
    builder.operator(schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, [coupled], kind, options)

    inputs = [coupled, weights("rnn_input", 5, 4), weights("rnn_hidden", 5, 5), weights("rnn_bias", 5), state(5)]
    options = schema.SequenceRNNOptionsT()
    options.fusedActivationFunction, options.timeMajor = schema.ActivationFunctionType.RELU, False
    simple = builder.tensor("simple", (1, steps, 5))
    kind = schema.BuiltinOptions.SequenceRNNOptions
    builder.operator(schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_RNN, inputs, [simple], kind, options)

    inputs = [simple]
    for way in ("forward", "backward"):
        inputs += [weights(f"{way}_rnn_input", 3, 5), weights(f"{way}_rnn_hidden", 3, 3), weights(f"{way}_rnn_bias", 3)]
        inputs += [state(3)]
    inputs += [-1] * 3
    options = schema.BidirectionalSequenceRNNOptionsT()
    options.fusedActivationFunction = schema.ActivationFunctionType.TANH
    options.mergeOutputs, options.timeMajor = True, False
    result = builder.tensor("each", (1, steps, 6))
    kind = schema.BuiltinOptions.BidirectionalSequenceRNNOptions
    builder.operator(schema.BuiltinOperator.BIDIRECTIONAL_SEQUENCE_RNN, inputs, [result], kind, options)
    builder.graph.outputs = [result]
    return builder.content()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    chosen = sys.argv[1:] or [*NETWORKS, "svdf", "peepholes", "directions"]
    for name, (make, kinds) in NETWORKS.items():
        if name not in chosen:
            continue
        model = make()
        randomise(model)
        examples = random.uniform(0, 1, (4, *model.inputs[0].shape[1:])).astype(np.float32)
        calibration = random.uniform(0, 1, (50, *model.inputs[0].shape[1:])).astype(np.float32)
        arrays = {"x": examples}
        for numbers in kinds:
            content = converted(model, calibration, numbers)
            (FOLDER / f"{name}.{numbers}.tflite").write_bytes(content)
            arrays[numbers] = computed(content, examples)
        np.savez_compressed(FOLDER / f"{name}.npz", **arrays)
    if "svdf" in chosen:
        keep_svdf(random)
    for name, content, steps in (("peepholes", peepholes(), 8), ("directions", directions(), 7)):
        if name in chosen:
            (FOLDER / f"{name}.float.tflite").write_bytes(content)
            examples = random.uniform(-1, 1, (4, steps, 4)).astype(np.float32)
            np.savez_compressed(FOLDER / f"{name}.npz", x=examples, float=computed(content, examples))


def keep_svdf(random: np.random.Generator) -> None:
    content = svdf()
    (FOLDER / "svdf.float.tflite").write_bytes(content)
    frames = random.uniform(-1, 1, (13, 6)).astype(np.float32)
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    results = []
    for frame in frames:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], frame[None])
        interpreter.invoke()
        results.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])
    np.savez_compressed(FOLDER / "svdf.npz", x=frames, float=np.array(results))


if __name__ == "__main__":
    main()
