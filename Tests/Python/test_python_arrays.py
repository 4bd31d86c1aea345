"""Which arrays are taken, and that no wrong one harms the interpreter."""

import crnn
import numpy as np
import pytest


@pytest.fixture
def x(random):
    return random.uniform(-1, 1, (20, 8)).astype(np.float32)


@pytest.mark.parametrize("form", [
    lambda x: np.asfortranarray(x),
    lambda x: np.repeat(x, 3, axis=1)[:, ::3],
    lambda x: x[::-1].copy()[::-1],
    lambda x: np.ascontiguousarray(x[:, ::-1])[:, ::-1],
    lambda x: np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.float32).reshape(x.shape),
    lambda x: x.tolist(),
    lambda x: x.astype(np.float64),
])
def test_every_way_to_lie_in_memory(stream_model, x, form):
    np.testing.assert_array_equal(stream_model.run(form(x)), stream_model.run(x))


def test_an_array_without_strides_is_not_taken_for_a_dense_one(stream_model):
    constant = np.broadcast_to(np.float32(0.5), (20, 8))
    assert not any(constant.strides)
    np.testing.assert_array_equal(stream_model.run(constant), stream_model.run(np.full((20, 8), 0.5, np.float32)))


def test_sequences_of_a_batch_may_have_no_strides_either(stream_model):
    values = np.array([0.1, 0.9], np.float32)
    constants = np.broadcast_to(values[:, None, None], (2, 20, 8))
    np.testing.assert_array_equal(stream_model.run(constants), stream_model.run(constants.copy()))


def test_bytes_stand_for_fractions(last_model, random):
    pixels = random.integers(0, 256, (12, 12), dtype=np.uint8)
    scale = np.float32(last_model.inputs[0].integer_scale)
    assert scale == np.float32(1 / 255)
    np.testing.assert_array_equal(last_model.run(pixels), last_model.run(pixels.astype(np.float32) * scale))


def test_samples_stand_for_fractions(stream_model, random):
    samples = random.integers(-32768, 32768, (20, 8), dtype=np.int16)
    y = stream_model.run(samples)
    assert y.shape == (20, 5) and np.isfinite(y).all()


@pytest.mark.parametrize("dtype", [object, ">f4", ">i2", bool, np.int64, np.uint16, np.int8, complex, "U3", "M8[s]"])
def test_types_that_are_refused(stream_model, dtype):
    with pytest.raises(crnn.ArgumentError) as caught:
        stream_model.run(np.zeros((20, 8)).astype(dtype) if dtype != "U3" else np.full((20, 8), "a"))
    assert caught.value.status == 102 and isinstance(caught.value, ValueError)


@pytest.mark.parametrize("shape", [(), (8,), (20,), (20, 7), (20, 9), (2, 20, 7), (1, 2, 20, 8), (20, 8, 1), (8, 0)])
def test_shapes_that_are_refused(stream_model, shape):
    with pytest.raises(crnn.ArgumentError) as caught:
        stream_model.run(np.zeros(shape, np.float32))
    assert caught.value.status == 101 and "features" in str(caught.value)


def test_ragged_lists_are_refused(stream_model):
    with pytest.raises(crnn.ArgumentError):
        stream_model.run([[1.0] * 8, [1.0] * 7])


def test_neither_number_nor_infinite(stream_model, x):
    x[3, 2], x[4, 1], x[5, 0] = np.nan, np.inf, -np.inf
    zero = x.copy()
    zero[3, 2] = 0
    y = stream_model.run(x)
    assert np.isfinite(y).all()
    np.testing.assert_array_equal(y, stream_model.run(zero))


def test_what_a_caller_gives_is_left_alone(stream_model, x):
    before = x.copy()
    x.flags.writeable = False
    stream_model.run(x)
    np.testing.assert_array_equal(x, before)
