"""Videos of two moving digits, made from MNIST: what `video.py` trains on and `measure_fusion.py` tests with.

A field of 64 x 64 grey pixels has two lanes of 32 rows. In each a digit goes left or right at a speed of its own.
"""

from __future__ import annotations

import numpy as np

FIELD = 64
FRAMES = 8
SIZE = 28
DIRECTIONS = ["left, left", "left, right", "right, left", "right, right"]


def videos(
    images: np.ndarray, labels: np.ndarray, count: int, random: np.random.Generator
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """`count` videos [count, FRAMES, 64, 64, 1] uint8 (255 is ink), and what they show.

    The answers are class numbers [count], by the names of the network's outputs: `upper` and `lower` are the digits,
    `direction` is an index of DIRECTIONS (upper lane first).
    """
    frames = np.zeros((count, FRAMES, FIELD, FIELD, 1), np.uint8)
    chosen = random.integers(len(images), size=(2, count))
    to_right = random.integers(2, size=(2, count))
    for lane in range(2):
        for video in range(count):
            top = lane * FIELD // 2 + random.integers(FIELD // 2 - SIZE + 1)
            step = random.integers(2, 5)
            start = random.integers(FIELD - SIZE - step * (FRAMES - 1) + 1)
            for frame in range(FRAMES):
                moved = step * frame
                left = start + moved if to_right[lane, video] else FIELD - SIZE - start - moved
                frames[video, frame, top : top + SIZE, left : left + SIZE, 0] = images[chosen[lane, video]]
    direction = 2 * to_right[0] + to_right[1]
    return frames, {"upper": labels[chosen[0]], "lower": labels[chosen[1]], "direction": direction}
