"""Trains the networks with several inputs or outputs: video.keras, agreement.keras, columns.keras.

    python3 tools/train/fusion.py video --data MNIST
    python3 tools/train/fusion.py agreement --data MNIST --speech FSDD
    python3 tools/train/fusion.py columns --data MNIST

On one core, minutes; video a quarter of an hour. MNIST is the folder with the original idx files (without --data
they are downloaded), FSDD the one with fsdd.npz. Needs tools/train/requirements.txt. Training examples are made
anew for every epoch, from the training part of the data; nothing of the test part is looked at
(tools/train/measure_fusion.py does that).
"""

from __future__ import annotations

import argparse
import os
import pathlib
import time

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import fusion_networks
import keras
import lines
import mnist
import moving_digits
import numpy as np
import pairs
import speech

HERE = pathlib.Path(__file__).resolve().parent
SEED = 1
EPOCHS = {"video": 24, "agreement": 24, "columns": 30}
EXAMPLES = {"video": 3000, "agreement": 2700, "columns": 1500}


class Examples(keras.utils.PyDataset):
    """Batches of new examples in every epoch; `make(count, random)` gives arrays and answers by the ports' names.

    The answers stand in the order of the network's outputs.
    """

    def __init__(self, make, count: int, batch_size: int):
        super().__init__()
        self.make, self.count, self.batch_size = make, count, batch_size
        self.random = np.random.default_rng(SEED)
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        self.arrays, self.answers = self.make(self.count, self.random)

    def __len__(self) -> int:
        return self.count // self.batch_size

    def __getitem__(self, index: int):
        part = slice(index * self.batch_size, (index + 1) * self.batch_size)
        arrays = {name: network_input(array[part]) for name, array in self.arrays.items()}
        answers = [answer[part] for answer in self.answers.values()]
        return arrays, answers[0] if len(answers) == 1 else tuple(answers)


def network_input(array: np.ndarray) -> np.ndarray:
    """As the network takes it: pixels in 0..1."""
    return array.astype(np.float32) / 255 if array.dtype == np.uint8 else array


def example_maker(network: str, data: str | None, speech_folder: str | None):
    """The function that makes training examples of `network`."""
    (images, labels), _ = mnist.split(*mnist.load(data))
    if network == "video":

        def make_videos(count, random):
            frames, answers = moving_digits.videos(images, labels, count, random)
            return {"frames": frames}, answers

        return make_videos
    if network == "columns":
        return lambda count, random: lines.lines(images, labels, count, random)
    if speech_folder is None:
        raise SystemExit("agreement needs spoken digits: --speech FOLDER, the one that holds fsdd.npz")
    clips, clip_labels, is_test = speech.load(speech_folder)
    training = np.flatnonzero(~is_test)
    digits = pairs.Digits(images, labels, clips, clip_labels)
    return lambda count, random: pairs.pairs(digits, random.permutation(training)[:count], random)


def train(network: str, make, epochs: int, batch_size: int) -> keras.Model:
    keras.utils.set_random_seed(SEED)
    examples = Examples(make, EXAMPLES[network], batch_size)
    model = getattr(fusion_networks, network)()
    model.summary()
    schedule = keras.optimizers.schedules.CosineDecay(
        1e-4, decay_steps=epochs * len(examples), warmup_target=4e-3, warmup_steps=len(examples), alpha=0.01
    )
    losses = [
        "binary_crossentropy" if output == "agreement" else "sparse_categorical_crossentropy"
        for output in model.output_names
    ]
    model.compile(
        keras.optimizers.Adam(schedule, clipnorm=1.0, use_ema=True, ema_momentum=0.99),
        loss=losses if len(losses) > 1 else losses[0],
        metrics=[["accuracy"] for _ in losses] if len(losses) > 1 else ["accuracy"],
    )
    model.fit(examples, epochs=epochs, verbose=2, shuffle=False)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=sorted(EPOCHS))
    parser.add_argument("--data", help="folder with MNIST's original idx files; default: download")
    parser.add_argument("--speech", help="folder with fsdd.npz")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch-size", type=int, default=32)
    options = parser.parse_args()
    make = example_maker(options.network, options.data, options.speech)
    start = time.monotonic()
    model = train(options.network, make, options.epochs or EPOCHS[options.network], options.batch_size)
    # Weights only: an uncompiled copy has no optimiser state to carry.
    plain = getattr(fusion_networks, options.network)()
    plain.set_weights(model.get_weights())
    plain.save(HERE / f"{options.network}.keras")
    print(f"trained in {(time.monotonic() - start) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
