"""Trains the tutorial's convolutional-recurrent network for handwritten digits: digits.keras and digits.h5.

    python3 tools/train/digits.py                       downloads MNIST and trains, a quarter of an hour on two cores
    python3 tools/train/digits.py --data FOLDER         takes the original idx files from FOLDER
    python3 tools/train/digits.py --evaluate            only measures the weights that stand in the repository

Needs tools/train/requirements.txt. It trains on the digits 2000..9999 of the public MNIST test file and tests on
0..1999, which it looks at once, at the end.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import augmentation
import keras
import mnist
import networks
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
VALIDATION_COUNT = 500
SEED = 1


class AugmentedDigits(keras.utils.PyDataset):
    """Batches of training digits, distorted anew in every epoch."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, batch_size: int):
        super().__init__()
        self.images, self.labels, self.batch_size = images, labels, batch_size
        self.random = np.random.default_rng(SEED)
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        order = self.random.permutation(len(self.images))
        self.distorted = augmentation.augment(self.images[order], self.random)[..., None]
        self.distorted_labels = self.labels[order]

    def __len__(self) -> int:
        return len(self.images) // self.batch_size

    def __getitem__(self, index: int):
        part = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return self.distorted[part], self.distorted_labels[part]


def network_input(images: np.ndarray) -> np.ndarray:
    """uint8 pixels as the network takes them: [count, 28, 28, 1] in 0..1, 1 is ink."""
    return (images.astype(np.float32) / 255)[..., None]


def train(training, epochs: int, batch_size: int) -> keras.Model:
    keras.utils.set_random_seed(SEED)
    order = np.random.default_rng(SEED).permutation(len(training[0]))
    images, labels = network_input(training[0][order])[..., 0], training[1][order].astype(np.int32)
    validation = images[:VALIDATION_COUNT, ..., None], labels[:VALIDATION_COUNT]
    data = AugmentedDigits(images[VALIDATION_COUNT:], labels[VALIDATION_COUNT:], batch_size)

    model = networks.crnn()
    model.summary()
    # An LSTM whose activation is relu has no bound on its cell: a clipped gradient and a short warm-up keep it in hand.
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-4, decay_steps=epochs * len(data), warmup_target=1.5e-3, warmup_steps=2 * len(data), alpha=0.005
    )
    model.compile(
        keras.optimizers.Adam(schedule, clipnorm=1.0, use_ema=True, ema_momentum=0.995),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=["accuracy"],
    )
    model.fit(data, epochs=epochs, validation_data=validation, verbose=2, shuffle=False)
    return model


def save(model: keras.Model) -> None:
    """Both files, weights only: an uncompiled copy has no optimiser state to carry."""
    plain = networks.crnn()
    plain.set_weights(model.get_weights())
    plain.save(HERE / "digits.keras")
    plain.save(HERE / "digits.h5")


def accuracy(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    return float((model.predict(network_input(images), batch_size=256, verbose=0).argmax(1) == labels).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with the original idx files; default: download")
    parser.add_argument("--epochs", type=int, default=150)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--evaluate", action="store_true", help="only measure digits.keras on the 2,000 test digits")
    options = parser.parse_args()
    training, test = mnist.split(*mnist.load(options.data))
    if options.evaluate:
        model = keras.models.load_model(HERE / "digits.keras")
    else:
        start = time.monotonic()
        model = train(training, options.epochs, options.batch_size)
        save(model)
        print(f"trained in {(time.monotonic() - start) / 60:.1f} minutes")
    print(f"accuracy on the {mnist.TEST_COUNT} test digits: {100 * accuracy(model, *test):.2f} %")


if __name__ == "__main__":
    main()
