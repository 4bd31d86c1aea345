"""Makes fixtures/: small Keras models with random weights, and what Keras computes with them.

    python3 Tests/Convert/make_fixtures.py             Keras 3
    python3 Tests/Convert/make_fixtures.py --keras-2   Keras 2 (package tf_keras), in a process of its own

Needs tools/train/requirements.txt and tf_keras. The tests need neither: they read what stands here.
"""

from __future__ import annotations

import os
import pathlib
import sys
import zipfile

import numpy as np

KERAS_2 = "--keras-2" in sys.argv
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "train"))

if KERAS_2:
    import tf_keras as keras
    from tf_keras import layers
else:
    import keras
    import networks
    from keras import layers

FOLDER = pathlib.Path(__file__).resolve().parent / "fixtures"


def keep(name: str, model, shape: tuple[int, ...], formats: tuple[str, ...] = ("keras",)) -> None:
    """Saves the model with weights that no initialiser would give (biases, means and variances matter, too)."""
    random = np.random.default_rng(len(name))
    for variable in model.weights:
        values = random.normal(0, 0.3, variable.shape)
        label = getattr(variable, "path", variable.name)
        if variable.dtype != "float32":
            continue
        variable.assign(np.abs(values) + 0.5 if "variance" in label else values)
    inputs = random.uniform(0, 1, shape).astype(np.float32)
    if model.inputs[0].dtype != "float32":
        inputs = random.integers(0, 11, shape).astype(np.int32)
    # Operator by operator: TensorFlow's graph optimiser joins a padding and a Conv3D wrongly.
    outputs = np.asarray(model(inputs, training=False))
    for ending in formats:
        model.save(FOLDER / f"{name}.{ending}")
    if "keras" in formats:
        compress(FOLDER / f"{name}.keras")
    np.savez_compressed(FOLDER / f"{name}.npz", x=inputs, reference=outputs)


def keep_several(name: str, model, **shapes: tuple[int, ...]) -> None:
    """As `keep`, for a model with several inputs or outputs; arrays have the names `in/PORT` and `out/PORT`."""
    random = np.random.default_rng(len(name))
    for variable in model.weights:
        values = random.normal(0, 0.3, variable.shape)
        variable.assign(np.abs(values) + 0.5 if "variance" in variable.path else values)
    inputs = {port: random.uniform(0, 1, shape).astype(np.float32) for port, shape in shapes.items()}
    outputs = model.predict(inputs, verbose=0)
    outputs = dict(zip(model.output_names, outputs if isinstance(outputs, list) else [outputs]))
    folder = FOLDER / "several"
    folder.mkdir(exist_ok=True)
    model.save(folder / f"{name}.keras")
    compress(folder / f"{name}.keras")
    arrays = {f"in/{port}": array for port, array in inputs.items()}
    np.savez_compressed(folder / f"{name}.npz", **arrays, **{f"out/{port}": array for port, array in outputs.items()})


def compress(path: pathlib.Path) -> None:
    """Keras stores its zip uncompressed; deflated it is a fourth of the size, and Keras reads it as well."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def tutorial_networks() -> None:
    small = {"units": 6, "filters": (3, 4), "size": 12}
    keep("crnn", networks.crnn(**small), (3, 12, 12, 1), ("keras", "h5"))
    keep("whole_image", networks.crnn_of_whole_image(**small), (3, 12, 12, 1), ("keras", "h5"))
    keep("whole_image_repeated", networks.crnn_of_whole_image(**small, repeat=4), (3, 12, 12, 1))
    keep("cnn", networks.cnn(**small), (3, 12, 12, 1))
    keep("rnn", networks.rnn(units=6, size=12), (3, 12, 12))


def text_line():
    """A line of text of any width, read by stacked bidirectional layers."""
    return keras.Sequential(
        [
            keras.Input((None, 8, 1), name="line"),
            layers.Conv2D(3, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.TimeDistributed(layers.Flatten()),
            layers.TimeDistributed(layers.Dense(5, activation="tanh")),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="ave"),
            layers.Bidirectional(layers.SimpleRNN(3, return_sequences=True), merge_mode="sum"),
            layers.Dense(6, activation="softmax", name="characters"),
        ]
    )


def features_2d():
    """Every two-dimensional layer, with the settings that are easy to get wrong."""
    image = keras.Input((13, 10, 2), name="image")
    x = layers.RandomRotation(0.1)(image)
    x = layers.Rescaling(2.0, offset=-1.0)(x)
    x = layers.Conv2D(4, (3, 2), strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU(max_value=6.0, negative_slope=0.1)(x)
    skip = x
    x = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="elu")(x)
    x = layers.Conv2D(4, 3, padding="same", groups=2, use_bias=False)(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.Add()([x, skip])
    x = layers.Conv2D(4, 2, dilation_rate=2)(x)
    x = layers.LeakyReLU(0.2)(x)
    block = keras.Sequential([layers.Conv2D(3, 1), layers.BatchNormalization(scale=False), layers.ELU(0.7)])
    x = layers.Concatenate()([x, block(x)])
    pooled = layers.AveragePooling2D(2, strides=1, padding="same")(x)
    x = layers.Concatenate()([layers.MaxPooling2D(2, strides=1, padding="same")(x), pooled])
    x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    x = layers.Dropout(0.3)(x)
    return keras.Model(image, layers.Dense(4, activation="softmax", name="result")(x))


def features_1d():
    """Every one-dimensional layer; recurrent layers with all that they can be set to."""
    sequence = keras.Input((None, 3), name="sequence")
    x = layers.Conv1D(4, 3, padding="causal", activation="relu")(sequence)
    x = layers.Conv1D(4, 2, strides=2, activation="silu")(x)
    x = layers.BatchNormalization(center=False)(x)
    x = layers.PReLU(shared_axes=[1])(x)
    x = layers.MaxPooling1D(2, strides=1)(x)
    x = layers.AveragePooling1D(2, strides=1)(x)
    x = layers.GRU(4, reset_after=False, return_sequences=True, activation="softsign")(x)
    x = layers.GRU(4, reset_after=True, return_sequences=True, use_bias=False)(x)
    x = layers.LSTM(5, recurrent_activation="hard_sigmoid", activation="elu", return_sequences=True)(x)
    x = layers.SimpleRNN(4, activation="linear", return_sequences=True)(x)
    last = layers.LSTM(3, go_backwards=True)(x)
    both = layers.Bidirectional(layers.LSTM(3), merge_mode="mul")(x)
    x = layers.Concatenate()([layers.GlobalMaxPooling1D()(x), layers.GlobalAveragePooling1D()(x), last, both])
    return keras.Model(sequence, layers.Dense(3, name="result")(x))


def video():
    return keras.Sequential(
        [
            keras.Input((None, 6, 6, 2), name="video"),
            layers.TimeDistributed(layers.Conv2D(3, 3, padding="same", strides=2, activation="relu")),
            layers.TimeDistributed(layers.BatchNormalization()),
            layers.TimeDistributed(layers.MaxPooling2D(2, strides=1)),
            layers.TimeDistributed(layers.Permute((2, 1, 3))),
            layers.TimeDistributed(layers.Reshape((4, 3))),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(4),
            layers.Dense(3, activation="sigmoid", name="result"),
        ]
    )


def pointwise_functions():
    names = [
        "linear",
        "relu",
        "relu6",
        "sigmoid",
        "tanh",
        "elu",
        "selu",
        "leaky_relu",
        "hard_sigmoid",
        "hard_silu",
        "silu",
        "softplus",
        "softsign",
        "exponential",
        "softmax",
        "log_softmax",
    ]
    values = keras.Input((5,), name="values")
    parts = [layers.Activation(name)(layers.Dense(4)(values)) for name in names]
    parts.append(layers.Softmax()(layers.Dense(3)(values)))
    return keras.Model(values, layers.Concatenate(name="result")(parts))


def two_rates():
    """Three frames of one input for two of another, joined in the middle, and a result of each and of the whole."""
    sound = keras.Input((None, 4), name="sound")
    lips = keras.Input((None, 6, 5, 1), name="lips")
    heard = layers.Conv1D(6, 3, strides=3, activation="relu")(sound)
    seen = layers.TimeDistributed(layers.Conv2D(3, 3, activation="relu"))(lips)
    seen = layers.TimeDistributed(layers.Flatten())(seen)
    seen = layers.AveragePooling1D(2)(layers.GRU(5, return_sequences=True)(seen))
    both = layers.LSTM(6, return_sequences=True)(layers.Concatenate()([seen, heard]))
    each = layers.Dense(3, activation="softmax", name="each")(both)
    most = layers.GlobalMaxPooling1D(name="most")(both)
    return keras.Model([lips, sound], [each, most])


def network_on_frames():
    """TimeDistributed around a whole network, on colour frames, beside a vector that comes once."""
    frame = keras.Input((8, 6, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same")(frame)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Concatenate(axis=3)([x, keras.Sequential([layers.Conv2D(2, 1, activation="tanh")])(x)])
    x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    x = layers.Dense(5, activation="relu")(x)
    frames = keras.Input((None, 8, 6, 3), name="frames")
    asked = keras.Input((4,), name="asked")
    seen = layers.LSTM(5)(layers.TimeDistributed(keras.Model(frame, x))(frames))
    both = layers.Concatenate()([seen, layers.Dense(3, activation="relu")(asked)])
    return keras.Model([frames, asked], layers.Dense(2, activation="softmax", name="answer")(both))


def repeated_beside_a_sequence():
    """What an image came to, once for each frame of a sequence of a fixed length."""
    image = keras.Input((6, None, 1), name="image")
    x = layers.Reshape((-1, 6))(layers.Permute((2, 1, 3))(image))
    x = layers.RepeatVector(7)(layers.GRU(4)(x))
    sequence = keras.Input((7, 3), name="sequence")
    both = layers.GRU(5, return_sequences=True)(layers.Concatenate()([x, sequence]))
    return keras.Model([image, sequence], layers.Dense(2, name="each")(both))


def decoded_beside_a_sequence():
    """What an image came to, decoded into as many steps as a sequence of a fixed length has, and joined with it."""
    image = keras.Input((6, None, 1), name="image")
    x = layers.Reshape((-1, 6))(layers.Permute((2, 1, 3))(image))
    x = layers.GRU(4, return_sequences=True)(layers.RepeatVector(7)(layers.GRU(4)(x)))
    sequence = keras.Input((7, 3), name="sequence")
    y = layers.Conv1D(4, 3, padding="causal")(sequence)
    both = layers.GRU(5, return_sequences=True)(layers.Concatenate()([layers.Dense(3)(x), y]))
    return keras.Model([image, sequence], layers.Dense(2, name="each")(both))


def compared():
    """Two images of different widths through the same layers: an encoder and a dense layer, each used twice."""
    image = keras.Input((6, None, 1))
    x = layers.Conv2D(3, 3, padding="same", activation="relu")(image)
    x = layers.Reshape((-1, 18))(layers.Permute((2, 1, 3))(x))
    encoder = keras.Model(image, layers.GRU(4)(x))
    meaning = layers.Dense(5, activation="tanh", name="meaning")
    left, right = keras.Input((6, None, 1), name="left"), keras.Input((6, None, 1), name="right")
    a, b = meaning(encoder(left)), meaning(encoder(right))
    same = layers.Dense(1, activation="sigmoid", name="same")(layers.Subtract()([a, b]))
    return keras.Model([left, right], [same, a])


def of_keras_2():
    """Keras 2 differs in its JSON, in hard_sigmoid, and in where it puts the input's shape."""
    return keras.Sequential(
        [
            layers.Conv1D(4, 3, padding="same", activation="hard_sigmoid", input_shape=(None, 3)),
            layers.LSTM(4, recurrent_activation="hard_sigmoid", return_sequences=True),
            layers.GRU(4, recurrent_activation="hard_sigmoid", reset_after=False, return_sequences=True),
            layers.GRU(4, return_sequences=True),
            layers.Bidirectional(layers.LSTM(3)),
            layers.LeakyReLU(0.15),
            layers.Dense(3, activation="softmax", name="result"),
        ]
    )


def of_keras_2_functional():
    image = layers.Input((8, 6, 1), name="image")
    x = layers.Conv2D(3, 3, activation="relu")(image)
    x = keras.Sequential([layers.Conv2D(4, 1), layers.BatchNormalization(), layers.Conv2D(3, 1)])(x)
    x = layers.Permute((2, 1, 3))(layers.Add()([x, x]))
    x = layers.Reshape((-1, 18))(x)
    return keras.Model(image, layers.Dense(2, name="result")(layers.LSTM(3)(x)))


def volumes():
    """Everything in three dimensions, and margins."""
    volume = keras.Input((6, 7, 5, 2), name="volume")
    x = layers.ZeroPadding3D((1, 0, (1, 2)))(volume)
    x = layers.Conv3D(3, (3, 2, 2), strides=(1, 2, 1), padding="same", activation="relu")(x)
    x = layers.Concatenate()([layers.MaxPooling3D(2)(x), layers.AveragePooling3D(2)(x)])
    x = layers.Cropping3D(((1, 0), 0, 0))(x)
    x = layers.Concatenate()([layers.GlobalMaxPooling3D()(x), layers.GlobalAveragePooling3D()(x)])
    return keras.Model(volume, layers.Dense(3, name="result")(x))


def separated():
    """Depthwise and separable convolutions along time, layer normalisation, margins."""
    sequence = keras.Input((None, 4), name="sequence")
    x = layers.ZeroPadding1D((2, 1))(sequence)
    x = layers.DepthwiseConv1D(3, depth_multiplier=2, activation="tanh")(x)
    x = layers.LayerNormalization()(x)
    x = layers.SeparableConv1D(5, 3, padding="same", depth_multiplier=2, activation="relu")(x)
    x = layers.Cropping1D((1, 0))(x)
    x = layers.LayerNormalization(scale=False, epsilon=1e-5)(x)
    x = layers.GRU(4, return_sequences=True)(x)
    return keras.Model(sequence, layers.Dense(3, name="each")(x))


def separated_2d():
    image = keras.Input((9, 8, 2), name="image")
    x = layers.ZeroPadding2D(((1, 0), (0, 2)))(image)
    x = layers.SeparableConv2D(4, 3, strides=2, padding="same", activation="elu")(x)
    x = layers.Cropping2D(((0, 1), (1, 0)))(x)
    return keras.Model(image, layers.Dense(3, name="result")(layers.Flatten()(layers.LayerNormalization()(x))))


def text():
    words = keras.Input((None,), dtype="int32", name="words")
    x = layers.LSTM(5)(layers.Embedding(11, 4)(words))
    return keras.Model(words, layers.Dense(3, activation="softmax", name="result")(x))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    if KERAS_2:
        keep("keras_2", of_keras_2(), (3, 7, 3), ("h5", "keras"))
        keep("keras_2_functional", of_keras_2_functional(), (3, 8, 6, 1), ("h5", "keras"))
    else:
        tutorial_networks()
        keep("text_line", text_line(), (2, 14, 8, 1), ("keras", "h5"))
        keep("features_2d", features_2d(), (3, 13, 10, 2))
        keep("features_1d", features_1d(), (3, 11, 3))
        keep("video", video(), (2, 5, 6, 6, 2))
        keep_several("two_rates", two_rates(), lips=(2, 8, 6, 5, 1), sound=(2, 12, 4))
        keep_several("compared", compared(), left=(2, 6, 9, 1), right=(2, 6, 7, 1))
        keep_several("decoded_beside_a_sequence", decoded_beside_a_sequence(), image=(2, 6, 9, 1), sequence=(2, 7, 3))
        keep_several("network_on_frames", network_on_frames(), frames=(2, 5, 8, 6, 3), asked=(2, 4))
        keep_several(
            "repeated_beside_a_sequence", repeated_beside_a_sequence(), image=(2, 6, 9, 1), sequence=(2, 7, 3)
        )
        keep("pointwise_functions", pointwise_functions(), (3, 5))
        keep("volumes", volumes(), (3, 6, 7, 5, 2))
        keep("separated", separated(), (3, 9, 4))
        keep("separated_2d", separated_2d(), (3, 9, 8, 2))
        keep("text", text(), (3, 7))
