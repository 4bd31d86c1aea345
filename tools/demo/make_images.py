"""Makes tools/demo/images/ from scikit-learn's copy of the UCI optical digits (see images/SOURCE.md).

    pip install scikit-learn pillow numpy
    python3 tools/demo/make_images.py

Each 8 x 8 image of 17 grey levels is enlarged to 40 x 40 by bicubic interpolation and laid on a black 56 x 56 square,
so that the digit has the margin that a MNIST digit has: 20 of 28 pixels. Bright is ink, as in the source and in MNIST.
"""

from __future__ import annotations

import csv
import pathlib

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

FOLDER = pathlib.Path(__file__).resolve().parent / "images"
SETS = {"calibration": 100, "test": 300}
LEVELS = 16
DIGIT_SIZE, IMAGE_SIZE = 40, 56
JPEG_QUALITY = 90


def enlarge(digit: np.ndarray) -> Image.Image:
    small = Image.fromarray(np.round(digit * (255 / LEVELS)).astype(np.uint8))
    image = Image.new("L", (IMAGE_SIZE, IMAGE_SIZE), 0)
    margin = (IMAGE_SIZE - DIGIT_SIZE) // 2
    image.paste(small.resize((DIGIT_SIZE, DIGIT_SIZE), Image.Resampling.BICUBIC), (margin, margin))
    return image


def main() -> None:
    source = load_digits()
    # A plain draw: nothing is left out because a network finds it hard.
    chosen = iter(np.random.default_rng(0).permutation(len(source.target))[: sum(SETS.values())])
    rows = []
    for name, count in SETS.items():
        folder = FOLDER / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            index = next(chosen)
            image = enlarge(source.images[index])
            if number % 10 >= 8:
                image = image.convert("RGB")
            file = folder / f"{number:03}.{'png' if number % 2 == 0 else 'jpg'}"
            image.save(
                file, **({"optimize": True} if file.suffix == ".png" else {"quality": JPEG_QUALITY, "optimize": True})
            )
            rows.append((f"{name}/{file.name}", source.target[index], index))
    with open(FOLDER / "labels.csv", "w", newline="") as output:
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow(("file", "label", "source_index"))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
