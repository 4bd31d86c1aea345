"""Bidirectional networks that see a few frames ahead run as streams without a longest sequence."""

import crnn
import numpy as np
import pytest
from test_zoo_streaming import ZOO, convert, pytestmark, same_bits  # noqa: F401


@pytest.fixture(scope="module")
def captcha(tmp_path_factory):
    folder = tmp_path_factory.mktemp("right_context")
    return convert(folder, "captcha_crnn", "model.onnx", "--right-context", "8")


def test_it_is_not_bounded_and_streams_are_the_whole(captcha):
    assert not captcha.is_bounded
    columns = np.load(ZOO / "captcha_crnn/test.npz")["x"][0].transpose(1, 0)
    whole = captcha.run(columns)
    for chunk, size in [(1, 1), (3, 7), (16, 200)]:
        with captcha.stream(chunk=chunk) as stream:
            pieces = [stream.push(columns[start : start + size]) for start in range(0, len(columns), size)]
            pieces.append(stream.finish())
        assert same_bits(np.concatenate(pieces), whole)


def test_text_comes_before_the_end(captcha):
    columns = np.load(ZOO / "captcha_crnn/test.npz")["x"][0].transpose(1, 0)
    timing = captcha.timing()
    assert timing.lookahead is not None
    with captcha.stream() as stream:
        assert len(stream.push(columns[: timing.lookahead + 1])) > 0


def test_the_bounded_network_needs_a_length(tmp_path):
    bounded = convert(tmp_path, "captcha_crnn", "model.onnx")
    assert bounded.is_bounded
    with pytest.raises(crnn.ArgumentError, match="whole sequence"):
        bounded.stream()
