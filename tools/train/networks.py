"""The tutorial's networks for 28 x 28 grey images, as Keras models. `crnn` is the one that this project ships."""

from __future__ import annotations

import keras
from keras import layers


def crnn(units: int = 128, filters: tuple[int, int] = (32, 64), size: int = 28) -> keras.Model:
    """Convolutions, then the feature map read column by column: image width is time."""
    steps, rows = size // 4, size // 4
    return keras.Sequential(
        [
            keras.Input((size, size, 1), name="image"),
            *_features(filters),
            layers.Permute((2, 1, 3), name="columns"),
            layers.Reshape((steps, rows * filters[1]), name="sequence"),
            *_recurrent_head(units),
        ],
        name="digits",
    )


def crnn_of_whole_image(
    units: int = 128, filters: tuple[int, int] = (32, 64), size: int = 28, repeat: int | None = None
):
    """The tutorial's other mending: the whole map flattened to one vector, which becomes the LSTMs' sequence.

    A sequence of one step by Reshape, or of `repeat` equal steps by RepeatVector.
    """
    to_sequence = layers.Reshape((1, units)) if repeat is None else layers.RepeatVector(repeat)
    dense, *recurrent = _recurrent_head(units)
    return keras.Sequential(
        [
            keras.Input((size, size, 1), name="image"),
            *_features(filters),
            layers.Flatten(),
            dense,
            to_sequence,
            *recurrent,
        ],
        name="digits_whole_image",
    )


def cnn(units: int = 128, filters: tuple[int, int] = (32, 64), size: int = 28) -> keras.Model:
    """The plain convolutional network that the tutorial starts from."""
    return keras.Sequential(
        [
            keras.Input((size, size, 1), name="image"),
            *_features(filters),
            layers.Flatten(),
            layers.Dense(units, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="digits_cnn",
    )


def rnn(units: int = 128, size: int = 28) -> keras.Model:
    """The plain recurrent network that the tutorial starts from: the image read row by row."""
    return keras.Sequential(
        [
            keras.Input((size, size), name="rows"),
            layers.SimpleRNN(units, return_sequences=True),
            layers.SimpleRNN(units),
            layers.Dense(10, activation="softmax", name="digit"),
        ],
        name="digits_rnn",
    )


def _features(filters: tuple[int, int]) -> list[layers.Layer]:
    return [
        layers.Conv2D(filters[0], 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(filters[1], 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
    ]


def _recurrent_head(units: int) -> list[layers.Layer]:
    return [
        layers.Dense(units, activation="relu"),
        layers.LSTM(units, activation="relu", return_sequences=True),
        layers.LSTM(units, activation="relu"),
        layers.Dense(10, activation="softmax", name="digit"),
    ]
