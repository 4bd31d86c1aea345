"""Spoken digits (the free spoken digit dataset, 3,000 clips at 8 kHz) as frames of log-mel energies."""

from __future__ import annotations

import pathlib

import numpy as np

RATE = 8000
WINDOW = 256
HOP = 128
BANDS = 20
# The dataset's own division: the first five recordings of each speaker and digit are the test.
TEST_INDICES = 5


def load(folder: str) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Clips (int16 samples), their digits [clips], and which of them are for the test [clips] bool.

    `folder` holds fsdd.npz: `audio`, all samples one after another, and `lengths`, `labels`, `index` of the clips.
    """
    path = pathlib.Path(folder) / "fsdd.npz"
    if not path.is_file():
        raise SystemExit(f"{path} is missing: --speech takes the folder that holds fsdd.npz")
    with np.load(path) as arrays:
        clips = np.split(arrays["audio"], np.cumsum(arrays["lengths"])[:-1])
        return clips, arrays["labels"].astype(np.int64), arrays["index"] < TEST_INDICES


def placed(clip: np.ndarray, samples: int, random: np.random.Generator) -> np.ndarray:
    """The clip somewhere in `samples` samples of faint noise [samples] float32 in -1..1; cut where it is longer."""
    sound = random.normal(0, 1e-3, samples).astype(np.float32)
    start = random.integers(max(samples - len(clip), 0) + 1)
    part = clip[: samples - start]
    sound[start : start + len(part)] += part.astype(np.float32) / 32768
    return sound


def log_mel(sound: np.ndarray) -> np.ndarray:
    """Frames [frames, BANDS] float32, one for every HOP samples of `sound` [samples] once WINDOW of them are there."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    return (np.log(power @ _FILTERS + 1e-4) / 4).astype(np.float32)


def _filters() -> np.ndarray:
    """Triangles, evenly spaced in mel between 80 Hz and the highest frequency."""

    def mel(frequency):
        return 2595 * np.log10(1 + frequency / 700)

    edges = 700 * (10 ** (np.linspace(mel(80), mel(RATE / 2), BANDS + 2) / 2595) - 1)
    frequencies = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    return np.maximum(0, np.minimum((frequencies - low) / (middle - low), (high - frequencies) / (high - middle)))


_FILTERS = _filters()
