"""Pairs of a written and a spoken digit: what `agreement.py` trains on and `measure_fusion.py` tests with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import speech

SAMPLES = 6400  # 0.8 s: 49 frames


@dataclass
class Digits:
    """Images [count, 28, 28] uint8 and clips, each with their labels."""

    images: np.ndarray
    image_labels: np.ndarray
    clips: list[np.ndarray]
    clip_labels: np.ndarray


def pairs(
    digits: Digits, chosen: np.ndarray, random: np.random.Generator
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """One pair for each clip number in `chosen`, half of them of one digit: arrays and answers by the ports' names.

    `image` is [count, 28, 28] uint8 (255 is ink), `sound` [count, 49, 20] float32; `written` and `spoken` are digits,
    `agreement` is 1 where both are the same.
    """
    by_digit = [np.flatnonzero(digits.image_labels == digit) for digit in range(10)]
    spoken = digits.clip_labels[chosen]
    agreement = np.arange(len(chosen)) % 2
    written = np.where(agreement == 1, spoken, (spoken + random.integers(1, 10, len(chosen))) % 10)
    images = digits.images[[random.choice(by_digit[digit]) for digit in written]]
    sound = [speech.log_mel(speech.placed(digits.clips[clip], SAMPLES, random)) for clip in chosen]
    answers = {"written": written, "spoken": spoken, "agreement": agreement}
    return {"image": images, "sound": np.stack(sound)}, answers
