"""What a camera does to a printed line: rotation, shear, blur, noise, uneven light. NumPy and Pillow.

All functions take and return one picture [height, width] float32 in 0..1.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter


def distort(ink: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """A freshly distorted picture of a line; 1 is ink, in what is taken as in what is given.

    `strength` scales all distortions; 0 gives the line as it was drawn.
    """
    if strength == 0:
        return ink
    return expose(blur(warp(ink, random, strength), random, strength), random, strength)


def warp(ink: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Rotation up to 1.5 degrees, less where a long line would leave the picture, shear of letters, another width."""
    height, width = ink.shape
    steepest = min(np.deg2rad(1.5), 5 / width) * strength
    angle = random.uniform(-steepest, steepest)
    shear = random.uniform(-0.3, 0.3) * strength
    stretch = 1 + random.uniform(-0.18, 0.22) * strength
    result = max(1, round(width * stretch + abs(shear) * height / 2))
    # Where a pixel of the result comes from, both seen from the middle of their picture: width, then shear, then turn.
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y = (cosine / stretch, cosine * shear - sine), (sine / stretch, sine * shear + cosine)
    middle = (result - 1) / 2, (height - 1) / 2
    offset_x = (width - 1) / 2 - x[0] * middle[0] - x[1] * middle[1]
    offset_y = middle[1] - y[0] * middle[0] - y[1] * middle[1]
    matrix = (*x, offset_x, *y, offset_y)
    return np.asarray(
        Image.fromarray(ink).transform((result, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
    )


def blur(ink: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Out of focus, or from a coarser scan, or neither."""
    height, width = ink.shape
    kind = random.random()
    if kind < 0.35:
        return _filtered(ink, ImageFilter.GaussianBlur(random.uniform(0.2, 1.1) * strength))
    if kind < 0.6:
        factor = 1 - random.uniform(0, 0.45) * strength
        size = max(1, round(width * factor)), round(height * factor)
        small = Image.fromarray(ink).resize(size, Image.Resampling.BOX)
        return np.asarray(small.resize((width, height), Image.Resampling.BILINEAR))
    return ink


def _filtered(ink: np.ndarray, kernel: ImageFilter.Filter) -> np.ndarray:
    grey = Image.fromarray(np.uint8(ink * 255 + 0.5))
    return np.asarray(grey.filter(kernel), np.float32) / 255


def expose(ink: np.ndarray, random: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Strokes, ink and paper of another tone, light that falls from one side and in spots, noise of the sensor."""
    height, width = ink.shape
    strokes = ink ** np.exp(random.uniform(-0.6, 0.5) * strength)
    paper = 1 - random.uniform(0, 0.3) * strength
    black = random.uniform(0, 0.4) * strength * paper
    # Light: a slope along the line and across it, and a few soft spots.
    slope = random.uniform(-0.25, 0.25, 2) * strength
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    spots = np.interp(x, np.linspace(-1, 1, 6), random.uniform(-0.12, 0.12, 6) * strength)
    light = 1 + slope[0] * x + spots + (slope[1] / 2 * y)[:, None]
    grey = (paper - (paper - black) * strokes) * light
    noise = random.standard_normal(ink.shape, np.float32) * random.uniform(0, 0.07) * strength
    return np.clip(1 - grey - noise, 0, 1).astype(np.float32)
