"""Damaged files of the front ends in Python: an answer is a model, or a ConversionError with a sentence, and quick."""

import importlib.util
import io
import pathlib
import sys
import zipfile

import crnn_convert
import pytest
from crnn_convert import ConversionError

ROOT = pathlib.Path(__file__).resolve().parents[2]
FINDINGS = ROOT / "Tests/Fuzz/findings/front_ends"

specification = importlib.util.spec_from_file_location("front_ends", ROOT / "Tests/Fuzz/front_ends.py")
front_ends = importlib.util.module_from_spec(specification)
sys.modules["front_ends"] = front_ends
specification.loader.exec_module(front_ends)

SEEDS = {path.name: path for path in front_ends.seeds()}


def test_changes_at_random(tmp_path):
    """As `make fuzz` makes them for half an hour: the first of them."""
    pytest.importorskip("tflite", reason="the package tflite is not installed: tools/setup python")
    assert front_ends.findings(range(250), tmp_path) == []


@pytest.mark.parametrize("path", sorted(FINDINGS.iterdir()), ids=lambda path: path.name)
def test_what_was_found_once(path):
    assert front_ends.problem_with(path) is None


@pytest.mark.parametrize("name", ["crnn.keras", "crnn.h5", "sound.float.tflite"])
def test_truncated(tmp_path, name):
    content, path = SEEDS[name].read_bytes(), tmp_path / name
    for length in range(0, len(content), len(content) // 40):
        path.write_bytes(content[:length])
        with pytest.raises(ConversionError, match=".{16}"):
            crnn_convert.to_onnx(path)


@pytest.mark.parametrize("name", ["safetensors.zip", "frozen.zip"])
def test_truncated_weights(tmp_path, name):
    """Any length of the weights beside an architecture file that is whole, of a frozen graph by itself as well."""
    with zipfile.ZipFile(SEEDS[name]) as archive:
        archive.extractall(tmp_path)
    weights = next(tmp_path.glob("weights.*"))
    content = weights.read_bytes()
    for length in range(0, len(content), 7):
        weights.write_bytes(content[:length])
        with pytest.raises(ConversionError, match=".{16}"):
            crnn_convert.to_onnx(tmp_path / "network.toml")
        if weights.suffix == ".pb":
            with pytest.raises(ConversionError, match="TensorFlow"):
                crnn_convert.to_onnx(weights)


def test_a_small_archive_of_much(tmp_path):
    """Deflate makes a thousandth of zeros."""
    path, weights = tmp_path / "model.keras", io.BytesIO()
    with zipfile.ZipFile(weights, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            archive.writestr(name, b" " * (1 << 24))
    path.write_bytes(weights.getvalue())
    assert path.stat().st_size < 1 << 17
    with pytest.raises(ConversionError, match="the file is damaged or not one that Keras wrote"):
        crnn_convert.to_onnx(path)
