"""crnn convert: what it tells of what it found, limits, calibration, stores."""

import base64
import io
import json
import re
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest
from command_line import FAILURE, LIMIT, MODELS, TOOL, USAGE, crnn, needs_tool

pytestmark = needs_tool


def test_a_limit_of_the_conversion(tmp_path):
    message = crnn("convert", MODELS / "stream.onnx", "-o", tmp_path / "m.crnn", "--calibrate", MODELS / "stream.npz",
                   "--minimum-snr", 300, status=LIMIT)
    assert "300" in message and "the best reached" in message and "nothing was written" in message
    assert list(tmp_path.iterdir()) == []


def made(path, nodes, features, result, **weights):
    """An ONNX file of a network over frames of so many features, [sequences, frames, features]."""
    ports = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["N", "T", size])
        for name, size in (("x", features), ("y", result))
    ]
    constants = [onnx.numpy_helper.from_array(values, name) for name, values in weights.items()]
    made = [onnx.helper.make_node(*node, **settings) for *node, settings in nodes]
    graph = onnx.helper.make_graph(made, "made", ports[:1], ports[1:], constants)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 14)], ir_version=8), path)


def answers(path, x):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"x": sequence[None]})[0] for sequence in x])


def test_what_is_written_keeps_the_limit_in_every_stretch(tmp_path):
    """Of this network, the file fitted to all data was worse in one stretch than those that had been judged."""
    random, units = np.random.default_rng(4), 8

    def normal(*shape):
        return random.standard_normal(shape).astype(np.float32)

    turned = {"perm": [1, 0, 2]}
    nodes = [
        ("MatMul", ["x", "W0"], ["a"], {}), ("Relu", ["a"], ["b"], {}), ("Transpose", ["b"], ["t"], turned),
        ("GRU", ["t", "W", "R", "B"], ["Y"], {"hidden_size": units, "linear_before_reset": 1}),
        ("Squeeze", ["Y", "axis"], ["s"], {}), ("Transpose", ["s"], ["u"], turned), ("MatMul", ["u", "W2"], ["y"], {}),
    ]
    made(tmp_path / "m.onnx", nodes, 6, 3, W0=normal(6, 12), W=normal(1, 3 * units, 12) * np.float32(0.4),
         R=normal(1, 3 * units, units) * np.float32(0.6), B=normal(1, 6 * units) * np.float32(0.2),
         axis=np.array([1], np.int64), W2=normal(units, 3))
    x = normal(6, 60, 6)
    np.save(tmp_path / "x.npy", x)
    crnn("convert", tmp_path / "m.onnx", "-o", tmp_path / "m.crnn", "--calibrate", tmp_path / "x.npy", "--min-snr", 40)
    crnn("run", tmp_path / "m.crnn", tmp_path / "x.npy", "-o", tmp_path / "y.npy")
    expected, found = answers(tmp_path / "m.onnx", x), np.load(tmp_path / "y.npy")
    for sequence in range(6):
        for frames in (slice(0, 30), slice(30, 60)):
            signal = max(np.square(expected[sequence, frames]).mean(), 0.1 * np.square(expected).mean())
            assert 10 * np.log10(signal / np.square(found - expected)[sequence, frames].mean()) > 39.99


@pytest.mark.parametrize("options", [["--no-search"], [], ["--min-snr", 40]])
def test_an_output_behind_a_sigmoid_that_is_stored_as_codes(tmp_path, options):
    random = np.random.default_rng(5)
    made(tmp_path / "m.onnx", [("MatMul", ["x", "W"], ["a"], {}), ("Sigmoid", ["a"], ["y"], {"name": "y"})], 6, 3,
         W=random.standard_normal((6, 3)).astype(np.float32))
    x = random.standard_normal((6, 40, 6)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    words = ["-o", tmp_path / "m.crnn", "--calibrate", tmp_path / "x.npy", "--tensor", "y=u8", *options]
    crnn("convert", tmp_path / "m.onnx", *words, "--json", tmp_path / "m.json")
    output, = json.loads((tmp_path / "m.json").read_text())["outputs"]
    assert output["store"] == "u8" and -0.01 < output["minimum"] <= output["maximum"] < 1.01
    crnn("run", tmp_path / "m.crnn", tmp_path / "x.npy", "-o", tmp_path / "y.npy")
    expected = answers(tmp_path / "m.onnx", x)
    noise = np.square(np.load(tmp_path / "y.npy") - expected).mean()
    assert 10 * np.log10(np.square(expected).mean() / noise) > 40


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
