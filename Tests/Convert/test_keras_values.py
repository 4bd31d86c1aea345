"""What ONNX computes from a converted model is what Keras computed from the original."""

import os
import pathlib

import crnn_convert
import numpy as np
import onnxruntime
import pytest

FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
MODELS = sorted(path for path in FIXTURES.iterdir() if path.suffix in (".keras", ".h5"))


def run(model, inputs: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (port,) = session.get_inputs()
    (result,) = session.run(None, {port.name: inputs.astype(np.int64) if port.type == "tensor(int64)" else inputs})
    return result


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.name)
def test_same_values_as_keras(path):
    arrays = np.load(path.with_suffix(".npz"))
    result = run(crnn_convert.to_onnx(path), arrays["x"])
    assert result.shape == arrays["reference"].shape
    np.testing.assert_allclose(result, arrays["reference"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.name)
def test_the_batch_axis_is_free(path):
    arrays = np.load(path.with_suffix(".npz"))
    result = run(crnn_convert.to_onnx(path), arrays["x"][:1])
    np.testing.assert_allclose(result, arrays["reference"][:1], rtol=1e-5, atol=1e-5)


def test_the_trained_network_is_the_same_in_both_formats():
    trained = FIXTURES.parents[2] / "tools" / "train"
    images = np.random.default_rng(0).uniform(0, 1, (4, 28, 28, 1)).astype(np.float32)
    from_keras = run(crnn_convert.to_onnx(trained / "digits.keras"), images)
    from_h5 = run(crnn_convert.to_onnx(trained / "digits.h5"), images)
    np.testing.assert_array_equal(from_keras, from_h5)
    np.testing.assert_allclose(from_keras.sum(axis=1), 1, atol=1e-5)


def test_there_are_fixtures_of_every_kind():
    names = {path.name for path in MODELS}
    assert {
        "crnn.keras",
        "crnn.h5",
        "whole_image.keras",
        "whole_image_repeated.keras",
        "cnn.keras",
        "rnn.keras",
        "keras_2.h5",
        "text_line.keras",
        "video.keras",
    } <= names


def test_a_model_that_others_trained():
    zoo = pathlib.Path(os.environ.get("CRNN_ZOO", FIXTURES.parents[3] / "shared" / "zoo"))
    captcha = zoo / "captcha_crnn"
    if not captcha.is_dir():
        pytest.skip(f"{captcha} is not there (CRNN_ZOO names another place)")
    arrays = np.load(captcha / "test.npz")
    images = (arrays["x"][:20].astype(np.float32) / 255).transpose(0, 2, 1)[..., None]
    result = run(crnn_convert.to_onnx(captcha / "original.h5"), images)
    np.testing.assert_allclose(result, arrays["ref"][:20], atol=1e-5)


@pytest.mark.parametrize("name", ["crnn", "whole_image", "text_line", "keras_2", "keras_2_functional"])
def test_two_readers_give_the_same_network(name):
    """So that they give the same packed weights: all that is packed is computed from this."""
    from_keras, from_h5 = (crnn_convert.to_onnx(FIXTURES / f"{name}.{ending}") for ending in ("keras", "h5"))
    assert from_keras.graph == from_h5.graph
