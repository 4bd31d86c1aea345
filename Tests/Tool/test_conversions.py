"""crnn convert: what it tells of what it found, limits, calibration, stores."""

import base64
import io
import json
import re
import subprocess

import numpy as np
import onnxruntime
import pytest
from command_line import FAILURE, LIMIT, MODELS, TOOL, USAGE, crnn, needs_tool

pytestmark = needs_tool


def test_a_limit_of_the_conversion(tmp_path):
    message = crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", MODELS / "stream.npz",
                   "--minimum-snr", 300, status=LIMIT)
    assert "300" in message and "the best reached" in message and "nothing was written" in message
    assert list(tmp_path.iterdir()) == []


def test_a_conversion_tells_what_it_found(folder, tmp_path):
    page, model = tmp_path / "report.html", tmp_path / "m.crnn"
    command = [TOOL, "convert", MODELS / "stream.onnx", "-o", model, "--calibrate", MODELS / "stream.npz",
               "--min-snr", "30dB", "--reference", folder / "test.npz", "--report", page, "--json", tmp_path / "m.json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads((tmp_path / "m.json").read_text())
    assert "float against the reference" in result.stderr and found["reference_max_abs_error"] < 1e-4
    assert "% of the MACs" in result.stdout and found["search"]["snr_db"] >= 30
    assert crnn("inspect", model).count("dB on held-out calibration data") == 1
    text = page.read_text()
    assert text.startswith("<!doctype html>") and "Sensitivity" in text
    assert "href=" not in text and "http" not in re.sub('base64,[^"]*', "", text)
    assert set(re.findall(r'src="(.{5})', text)) == {"data:"}
    assert text.count("<figure><img") == len(found["samples"]["worst"]) == 6
    samples = found["samples"]
    assert samples["accuracy_float_percent"] == 100 and samples["accuracy_percent"] == samples["agreement_percent"]
    evaluated = json.loads(crnn("evaluate", model, folder / "test.npz", "--json", "-"))
    assert evaluated["accuracy_percent"] == samples["accuracy_percent"]
    assert evaluated["max_abs_error"] == pytest.approx(samples["max_abs_error"], abs=1e-5)
    inspected = json.loads(crnn("inspect", model, "--json", "-"))
    assert inspected["texts"]["quantisation"] == found["summary"] and found["summary"] in result.stdout
    assert inspected["macs_per_input_frame"] == found["macs_per_input_frame"]
    assert inspected["stream_bytes"] == found["cost"]["stream_bytes"]
    assert inspected["timings"][0]["lookahead"] == found["cost"]["timings"][0]["lookahead"] == 1
    for arguments in (["--min-snr", "loud"], ["--min-snr", 40, "--no-search"], ["--min-snr", 40, "--max-drop", "1%"]):
        crnn(*command[1:8], *arguments, status=USAGE)
    assert "needs labels" in crnn("convert", MODELS / "stream.onnx", "-o", model, "--calibrate", MODELS / "stream.npz",
                                  "--max-drop", "0.2%", status=FAILURE)


def test_a_limit_on_accuracy(folder, tmp_path):
    convert = ["convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", folder / "test.npz"]
    crnn(*convert, "--max-drop", "20%", "--json", tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text())["search"]["accuracy_drop_points"] <= 20


def test_a_limit_on_accuracy_that_nothing_reaches(tmp_path):
    """Half of the data are so loud that 8 bits, which the input must have, hear nothing of the rest."""
    x = np.random.default_rng(5).uniform(-1, 1, (30, 25, 8)).astype(np.float32)
    x[::2] *= 300
    session = onnxruntime.InferenceSession(MODELS / "stream.onnx")
    y = np.stack([session.run(None, {"features": one.T[None]})[0][:, 0].argmax(-1) for one in x])
    np.savez(tmp_path / "data.npz", x=x, y=y)
    message = crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", tmp_path / "data.npz",
                   "--max-drop", 0, "--tensor", "features=u8", status=LIMIT)
    assert "loses at most 0.0 points" in message and "the best loses" in message and "nothing was written" in message
    assert [path.name for path in tmp_path.iterdir()] == ["data.npz"]


def test_a_shape_without_a_name_is_that_of_the_only_input(tmp_path):
    crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", MODELS / "stream.npz",
         "--input-shape", "0,8,0")
    assert "--input-shape gives 2 axes" in crnn(
        "convert", MODELS / "stream.onnx", "-o", tmp_path / "n.crnn", "--calibrate", MODELS / "stream.npz",
        "--input-shape", "0,8", status=FAILURE)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_calibration_data_must_be_finite(tmp_path, value):
    x = np.zeros((4, 25, 8), np.float32)
    x[2, 7, 3] = value
    np.save(tmp_path / "x.npy", x)
    message = crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", tmp_path / "x.npy",
                   status=FAILURE)
    assert "sequence 2" in message and "frame 7" in message and "features" in message
    assert not (tmp_path / "m.crnn").exists()


def test_calibration_with_images(tmp_path):
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "images").mkdir()
    random = np.random.default_rng(2)
    for number in range(5):
        image.fromarray(random.integers(0, 256, (15, 18), np.uint8)).save(tmp_path / "images" / f"{number}.png")
    crnn("convert", MODELS / "last.onnx", "-o", tmp_path / "last.crnn", "--calibrate", tmp_path / "images",
         "--preprocess", "grey,invert,resize=10x12:pillow:bilinear,scale=1/255", "--report", tmp_path / "page.html",
         "--json", tmp_path / "report.json")
    worst = json.loads((tmp_path / "report.json").read_text())["samples"]["worst"]
    pictures = re.findall(r'<img alt="input" src="data:image/png;base64,([^"]*)"', (tmp_path / "page.html").read_text())
    assert {sample["name"] for sample in worst} == {f"{number}.png" for number in range(5)} and len(pictures) == 5
    for sample, picture in zip(worst, pictures):
        shown = np.asarray(image.open(io.BytesIO(base64.b64decode(picture))), np.float32)
        given = image.open(tmp_path / "images" / sample["name"]).resize((10, 12), image.Resampling.BILINEAR)
        assert np.abs(shown - (255 - np.asarray(given, np.float32))).max() <= 1
    ports = json.loads(crnn("inspect", tmp_path / "last.crnn", "--json", "-"))["ports"]
    assert ports[0]["store"] == "u8" and ports[0]["integer_scale"] == pytest.approx(1 / 255)


def test_stores_can_be_chosen(tmp_path):
    crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "a.crnn", "--calibrate", MODELS / "stream.npz", "--tensor",
         "features=u8", "--hidden", "gru=s16", "--calibration", "percentile:99.9", "--json", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["recurrent"][0]["hidden_store"] == "s16"
    assert next(tensor for tensor in report["tensors"] if tensor["name"] == "features")["store"] == "u8"
    assert "percentile 99.9" in json.loads(crnn("inspect", tmp_path / "a.crnn", "--json", "-"))["texts"]["calibration"]
