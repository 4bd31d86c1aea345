"""Lines of digits with what a pen's path would tell beside them, at half the columns' rate: for `columns.py`.

The image comes column by column. For every two columns there is one frame of numbers computed from the ink, which
stands for any second sensor that is slower than the first.
"""

from __future__ import annotations

import numpy as np

HEIGHT = 28
COLUMNS = 160
COLUMNS_PER_FRAME = 2
FEATURES = 6
BLANK = 10
# A frame's answer is about the columns so many frames earlier: the network has seen the digit by then.
DELAY = 8


def lines(
    images: np.ndarray, labels: np.ndarray, count: int, random: np.random.Generator
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """`count` lines: arrays and answers by the ports' names.

    `columns` is [count, 160, 28] uint8 (255 is ink), `strokes` [count, 80, 6] float32; `digit` [count, 80] is the digit
    that stands DELAY frames earlier, BLANK between digits.
    """
    columns = np.zeros((count, COLUMNS, HEIGHT), np.uint8)
    classes = np.full((count, COLUMNS // COLUMNS_PER_FRAME + DELAY), BLANK)
    for line in range(count):
        place = random.integers(2, 14)
        while True:
            chosen = random.integers(len(images))
            ink = np.flatnonzero(images[chosen].any(axis=0))
            digit = images[chosen][:, ink[0] : ink[-1] + 1].T
            if place + len(digit) > COLUMNS - COLUMNS_PER_FRAME * DELAY:
                break
            columns[line, place : place + len(digit)] = digit
            first = -(-place // COLUMNS_PER_FRAME)
            classes[line, first + DELAY : (place + len(digit)) // COLUMNS_PER_FRAME + DELAY] = labels[chosen]
            place += len(digit) + random.integers(4, 16)
    arrays = {"columns": columns, "strokes": strokes(columns)}
    return arrays, {"digit": classes[:, : COLUMNS // COLUMNS_PER_FRAME]}


def strokes(columns: np.ndarray) -> np.ndarray:
    """Of every two columns of `columns` [count, time, 28] uint8: FEATURES numbers in 0..1 [count, time / 2, 6].

    How much ink, where its middle, its upper and its lower end are, how far it spreads, how often it begins.
    """
    ink = columns.reshape(len(columns), -1, COLUMNS_PER_FRAME, HEIGHT).mean(axis=2) / 255
    rows = np.arange(HEIGHT) / HEIGHT
    total = ink.sum(axis=2)
    some = np.maximum(total, 1e-6)
    middle = (ink * rows).sum(axis=2) / some
    spread = np.sqrt(np.maximum((ink * rows**2).sum(axis=2) / some - middle**2, 0))
    dark = ink > 0.25
    upper = np.where(dark.any(axis=2), dark.argmax(axis=2), 0) / HEIGHT
    lower = np.where(dark.any(axis=2), HEIGHT - dark[:, :, ::-1].argmax(axis=2), 0) / HEIGHT
    begins = (np.diff(dark.astype(np.int8), axis=2, prepend=0) > 0).sum(axis=2) / 4
    return np.stack([total / HEIGHT, middle, upper, lower, spread, begins], axis=2).astype(np.float32)
