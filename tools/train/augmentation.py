"""Distortions that make one writer's digit look like another's, and one scanner's like another's. NumPy only.

All functions take and return images [count, height, width] float32 in 0..1, 1 is ink.
"""

from __future__ import annotations

import numpy as np


def augment(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A freshly distorted copy of every image: first the writer (geometry), then the pen and the scanner (tone)."""
    return _tone(_scan(_warp(images, random), random), random)


def _warp(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Shift, rotation, zoom of each axis, shear and a smooth elastic field, sampled bilinearly in one go."""
    count, height, width = images.shape

    def uniform(low: float, high: float) -> np.ndarray:
        return _uniform(count, low, high, random)

    angle = np.deg2rad(uniform(-16, 16))
    shear = uniform(-0.35, 0.35)
    zoom_y, zoom_x = uniform(0.8, 1.18), uniform(0.68, 1.22)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y - (height - 1) / 2, x - (width - 1) / 2
    cosine, sine = np.cos(angle), np.sin(angle)
    rotated_y, rotated_x = cosine * y - sine * x, sine * y + cosine * x
    source_y = rotated_y / zoom_y + uniform(-2.5, 2.5) + (height - 1) / 2
    source_x = (rotated_x + shear * rotated_y) / zoom_x + uniform(-2.5, 2.5) + (width - 1) / 2
    strength = uniform(0, 1.6)
    source_y = source_y + strength * _smooth_field(count, height, width, random)
    source_x = source_x + strength * _smooth_field(count, height, width, random)
    return _sample(images, source_y, source_x)


def _uniform(count: int, low: float, high: float, random: np.random.Generator) -> np.ndarray:
    """One number for each image."""
    return random.uniform(low, high, count).astype(np.float32)[:, None, None]


def _smooth_field(count: int, height: int, width: int, random: np.random.Generator) -> np.ndarray:
    """A random displacement in about -1..1 that changes over a third of the image: a 4 x 4 grid, interpolated."""
    grid = random.normal(0, 1, (count, 4, 4)).astype(np.float32)
    return _resize_matrix(4, height) @ grid @ _resize_matrix(4, width).T


def _sample(images: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Bilinear values at fractional positions; outside the image is paper."""
    count, height, width = images.shape
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    y, x = np.clip(y + 1, 0, height + 0.999), np.clip(x + 1, 0, width + 0.999)
    top, left = y.astype(np.int32), x.astype(np.int32)
    y, x = y - top, x - left
    number = np.arange(count)[:, None, None]
    upper = padded[number, top, left] * (1 - x) + padded[number, top, left + 1] * x
    lower = padded[number, top + 1, left] * (1 - x) + padded[number, top + 1, left + 1] * x
    return (upper * (1 - y) + lower * y).astype(np.float32)


def _resize_matrix(source: int, target: int) -> np.ndarray:
    """[target, source]: linear interpolation with aligned corners."""
    position = np.linspace(0, source - 1, target)
    return np.maximum(0, 1 - np.abs(position[:, None] - np.arange(source)[None])).astype(np.float32)


def _scan_matrix(size: int, cells: int, phase: float) -> np.ndarray:
    """[size, size]: averages over `cells` equal cells of the line, then interpolates between their centres.

    What a scanner with few, large sensor cells does to a line of `size` pixels.
    """
    width = size / cells
    edges = np.arange(-1, cells + 2) * width + phase * width
    pixel = np.arange(size)
    overlap = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    average = np.maximum(overlap, 0) / width
    centres = (edges[1:] + edges[:-1]) / 2
    distance = np.abs(pixel[:, None] + 0.5 - centres[None]) / width
    return (np.maximum(0, 1 - distance) @ average).astype(np.float32)


_SCANS = np.stack([_scan_matrix(28, cells, phase) for cells in range(9, 20) for phase in (-0.4, -0.2, 0.0, 0.2, 0.4)])


def _scan(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Half of the images pass through a coarser scanner: 9 to 19 cells over the width of 28 pixels."""
    chosen = random.random(len(images)) < 0.5
    vertical = random.integers(0, len(_SCANS), chosen.sum())
    phases = random.integers(0, 5, chosen.sum())
    horizontal = vertical // 5 * 5 + phases
    result = images.copy()
    result[chosen] = _SCANS[vertical] @ images[chosen] @ _SCANS[horizontal].transpose(0, 2, 1)
    return result


def _tone(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Thinner or thicker strokes (a power of the grey value), contrast, and a little noise."""

    def uniform(low: float, high: float) -> np.ndarray:
        return _uniform(len(images), low, high, random)

    result = np.clip(images, 0, 1) ** np.exp(uniform(-0.7, 0.7))
    result = result * uniform(0.7, 1.25)
    noise = random.normal(0, 1, images.shape).astype(np.float32) * uniform(0, 0.05)
    return np.clip(result + noise, 0, 1).astype(np.float32)
