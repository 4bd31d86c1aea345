"""The public MNIST test file: 10,000 digits, of which this project trains on 2000..9999 and tests on 0..1999."""

from __future__ import annotations

import gzip
import pathlib
import urllib.request

import numpy as np

KERAS_MIRROR = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
IMAGES = "t10k-images-idx3-ubyte.gz"
LABELS = "t10k-labels-idx1-ubyte.gz"
TEST_COUNT = 2000


def load(folder: str | None) -> tuple[np.ndarray, np.ndarray]:
    """All 10,000 images [10000, 28, 28] uint8 (255 is ink) and labels [10000], in the order of the public file.

    `folder` holds the two original idx files; without it the set is downloaded once to ~/.cache/crnn.
    """
    if folder is not None:
        path = pathlib.Path(folder)
        for name in (IMAGES, LABELS):
            if not (path / name).is_file():
                raise SystemExit(f"{path / name} is missing: give --data the folder that holds {IMAGES} and {LABELS}")
        images = np.frombuffer(gzip.decompress((path / IMAGES).read_bytes()), np.uint8, offset=16)
        labels = np.frombuffer(gzip.decompress((path / LABELS).read_bytes()), np.uint8, offset=8)
        return images.reshape(-1, 28, 28), labels
    cached = pathlib.Path.home() / ".cache" / "crnn" / "mnist.npz"
    if not cached.is_file():
        cached.parent.mkdir(parents=True, exist_ok=True)
        print(f"downloading {KERAS_MIRROR}")
        partial = cached.with_suffix(".partial")
        urllib.request.urlretrieve(KERAS_MIRROR, partial)
        partial.rename(cached)
    with np.load(cached) as arrays:
        return arrays["x_test"], arrays["y_test"]


def split(images: np.ndarray, labels: np.ndarray):
    """((training images, labels), (test images, labels)): the test digits are the first 2,000."""
    training = images[TEST_COUNT:], labels[TEST_COUNT:]
    return training, (images[:TEST_COUNT], labels[:TEST_COUNT])
