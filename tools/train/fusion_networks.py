"""Networks with several inputs, several outputs, or frames that are images, as Keras models."""

from __future__ import annotations

import keras
import lines
import moving_digits
import speech
from keras import layers


def video() -> keras.Model:
    """A convolutional network on every frame of a video, an LSTM over the frames, three answers."""
    frames = keras.Input((None, moving_digits.FIELD, moving_digits.FIELD, 1), name="frames")
    x = layers.TimeDistributed(layers.Conv2D(8, 5, strides=2, padding="same", activation="relu"), name="edges")(frames)
    x = layers.TimeDistributed(layers.MaxPooling2D(2), name="pool_1")(x)
    x = layers.TimeDistributed(layers.Conv2D(16, 3, padding="same", activation="relu"), name="parts")(x)
    x = layers.TimeDistributed(layers.MaxPooling2D(2), name="pool_2")(x)
    x = layers.TimeDistributed(layers.Conv2D(24, 3, strides=2, padding="same", activation="relu"), name="shapes")(x)
    x = layers.TimeDistributed(layers.Flatten(), name="flat")(x)
    x = layers.TimeDistributed(layers.Dense(32, activation="relu"), name="seen")(x)
    x = layers.LSTM(40, name="watched")(x)
    answers = [
        layers.Dense(10, activation="softmax", name="upper")(x),
        layers.Dense(10, activation="softmax", name="lower")(x),
        layers.Dense(len(moving_digits.DIRECTIONS), activation="softmax", name="direction")(x),
    ]
    return keras.Model(frames, answers, name="video")


def agreement() -> keras.Model:
    """A written digit, read along its width, and a spoken one: which are they, and are they the same?

    The branches have sequences of unrelated lengths and meet after their ends.
    """
    image = keras.Input((28, None, 1), name="image")
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="image_edges")(image)
    x = layers.MaxPooling2D(2, name="image_pool_1")(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="image_parts")(x)
    x = layers.MaxPooling2D(2, name="image_pool_2")(x)
    x = layers.Permute((2, 1, 3), name="image_columns")(x)
    x = layers.Reshape((-1, 7 * 16), name="image_sequence")(x)
    x = layers.GRU(32, name="image_read")(x)
    written = layers.Dense(10, activation="softmax", name="written")(x)

    sound = keras.Input((None, speech.BANDS), name="sound")
    y = layers.Conv1D(32, 3, strides=2, activation="relu", name="sound_parts")(sound)
    y = layers.GRU(48, name="sound_heard")(y)
    spoken = layers.Dense(10, activation="softmax", name="spoken")(y)

    both = layers.Concatenate(name="both")([written, spoken])
    both = layers.Dense(40, activation="relu", name="compared")(both)
    same = layers.Dense(1, activation="sigmoid", name="agreement")(both)
    return keras.Model([image, sound], [written, spoken, same], name="agreement")


def columns() -> keras.Model:
    """Two columns of an image for every frame of a second input: a convolution of stride 2 brings them together."""
    image = keras.Input((None, lines.HEIGHT), name="columns")
    x = layers.Conv1D(40, 6, strides=lines.COLUMNS_PER_FRAME, padding="causal", activation="relu", name="pairs")(image)
    strokes = keras.Input((None, lines.FEATURES), name="strokes")
    both = layers.Concatenate(name="both")([x, strokes])
    both = layers.GRU(56, return_sequences=True, name="read")(both)
    digit = layers.Dense(lines.BLANK + 1, activation="softmax", name="digit")(both)
    return keras.Model([image, strokes], digit, name="columns")
