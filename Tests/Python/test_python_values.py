"""Integers, texts and paths: what C would wrap or cut is refused, by name."""

import crnn
import numpy as np
import pytest

NO_INTEGERS = [1.7, 1.0, "1", None, [1]]


def refused(name):
    return pytest.raises(crnn.ArgumentError, match=rf"^{name} ")


@pytest.mark.parametrize("value", [-1, 65_537, 2**32, 2**32 + 1, pytest.param(10**9000, id="long"), *NO_INTEGERS])
def test_chunk(stream_model, value):
    for use in (stream_model.stream, stream_model.stream_bytes):
        with refused("chunk"):
            use(chunk=value)


@pytest.mark.parametrize("value", [-1, 2**63, 2**64, 2**64 + 4, *NO_INTEGERS])
def test_maximum_frames(stream_model, value):
    for use in (stream_model.stream, stream_model.stream_bytes):
        with refused("maximum_frames"):
            use(maximum_frames=value)


@pytest.mark.parametrize("value", [-1, 2**63, 2**64 + 1, *NO_INTEGERS])
def test_maximum_pixels(value):
    with refused("maximum_pixels"):
        crnn.decode_image(b"", maximum_pixels=value)


@pytest.mark.parametrize("value", [0, -1, 2**32 + 1, *NO_INTEGERS])
def test_threads(stream_model, value):
    with refused("threads"):
        stream_model.run(np.zeros((2, 20, 8)), threads=value)


def test_integers_of_numpy_are_integers(stream_model):
    stream = stream_model.stream(chunk=np.int64(4), maximum_frames=np.uint8(9))
    assert stream_model.run(np.zeros((2, 20, 8)), threads=np.int32(2)).shape == (2, 20, 5)
    with pytest.raises(crnn.CapacityError):
        stream.push(np.zeros((10, 8)))


@pytest.mark.parametrize("isa", [5, b"reference", "reference\0", "\ud800"])
def test_isa(models, isa):
    with refused("isa"):
        crnn.Model(models / "stream.crnn", isa=isa)


@pytest.mark.parametrize("key", [None, 5, b"labels", "labels\0", "\ud800"])
def test_key_of_a_text(last_model, key):
    with refused("key"):
        last_model.text(key)


@pytest.mark.parametrize("path", [None, 5, 1.5, "a\0b", "\ud800"])
def test_path(path):
    with refused("path"):
        crnn.Model(path)
    with refused("path"):
        crnn.decode_image(path)
