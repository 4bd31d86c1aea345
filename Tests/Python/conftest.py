"""What the tests of the Python package and of the C programs share."""

import pathlib
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings/python"))

import crnn  # noqa: E402


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def models():
    """The folder of small models that Tests/Build/models.py makes."""
    return ROOT / "build/tests/models"


@pytest.fixture
def stream_model(models):
    """Features (8,) in, scores (5,) out for each frame."""
    return crnn.Model(models / "stream.crnn")


@pytest.fixture
def last_model(models):
    """Columns of 12 pixels in, one row of 10 scores for each sequence; with labels and a recipe for images."""
    return crnn.Model(models / "last.crnn")


@pytest.fixture
def bounded_model(models):
    """Features (6,) in, scores (4,) out for each frame; it needs the whole sequence."""
    return crnn.Model(models / "bounded.crnn")


@pytest.fixture
def pair_model(models):
    """Ports sound (10,) and image (6,) in, scores (3,) out."""
    return crnn.Model(models / "pair.crnn")


@pytest.fixture
def random():
    return np.random.default_rng(7)
