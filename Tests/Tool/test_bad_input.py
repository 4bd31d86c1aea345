"""Calibration data and networks that are not what their owner thinks: each is refused, or warned of, by name."""

import json
import subprocess

import numpy as np
import onnx
import pytest
from command_line import MODELS, TOOL, needs_tool
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT

pytestmark = needs_tool


def convert(network, data, folder, *options, status=0):
    """What `crnn convert` says on standard error; where it fails, that nothing is written."""
    out = folder / "out.crnn"
    process = subprocess.run(
        [TOOL, "convert", network, "-o", out, "--calibrate", data, *map(str, options)], capture_output=True, text=True,
        check=False)
    assert process.returncode == status, process.stdout + process.stderr
    assert out.exists() == (status == 0)
    out.unlink(missing_ok=True)
    return process.stderr


def dense(folder, weights, bias=None, shape=("time", 1, 4), nodes=(), output="y", opset=17):
    """y = x W + b for each frame, and `nodes` behind it."""
    weights = np.asarray(weights, np.float32)
    bias = np.zeros(weights.shape[1], np.float32) if bias is None else np.asarray(bias, np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "W"], ["product"], name="product"),
         helper.make_node("Add", ["product", "b"], ["first"], name="first"), *nodes],
        "network", [helper.make_tensor_value_info("x", FLOAT, shape)],
        [helper.make_tensor_value_info(output, FLOAT, None)],
        [numpy_helper.from_array(weights, "W"), numpy_helper.from_array(bias, "b")])
    path = folder / "network.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)]).SerializeToString())
    return path


def data(folder, array):
    np.savez(folder / "data.npz", x=array)
    return folder / "data.npz"


@pytest.fixture
def random():
    return np.random.default_rng(7)


@pytest.mark.parametrize("shape, words", [
    ((3, 20, 7), ["[3, 20, 7]", "features"]),  # 7 features where the network takes 8
    ((8,), ["[8]"]),
    ((2, 2, 2, 20, 8), ["[2, 2, 2, 20, 8]"]),
])
def test_data_of_another_shape(tmp_path, random, shape, words):
    message = convert(
        MODELS / "stream.onnx", data(tmp_path, random.uniform(-1, 1, shape).astype(np.float32)), tmp_path, status=1)
    assert all(word in message for word in words), message


def test_data_without_a_sequence_or_a_frame(tmp_path):
    for shape in ((0, 20, 8), (0, 8), (3, 0, 8)):
        message = convert(MODELS / "stream.onnx", data(tmp_path, np.zeros(shape, np.float32)), tmp_path, status=1)
        assert "sequence" in message or "frame" in message, message


def test_a_folder_without_images(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images/readme.txt").write_text("no image")
    message = convert(MODELS / "last.onnx", tmp_path / "images", tmp_path, "--preprocess", "grey", status=1)
    assert "images holds no .png, .jpg or .jpeg file" in message


def test_what_is_not_a_number_is_found(tmp_path, random):
    x = random.uniform(-1, 1, (4, 25, 8)).astype(np.float32)
    x[2, 7, 3] = np.nan
    message = convert(MODELS / "stream.onnx", data(tmp_path, x), tmp_path, status=1)
    assert "sequence 2" in message and "frame 7" in message and "features" in message and "finite" in message


@pytest.mark.parametrize("search", [[], ["--no-search"]])
def test_pixels_that_were_not_divided(tmp_path, random, search):
    """0..255 where 0..1 was trained. Fractions, and whole numbers that are small, are nothing to warn of."""
    network = dense(tmp_path, random.uniform(-1, 1, (4, 3)), output="first")
    pixels = random.integers(0, 256, (6, 9, 4)).astype(np.float32)
    message = convert(network, data(tmp_path, pixels), tmp_path, *search, "--input-layout", "NTC")
    assert "input x" in message and "whole numbers from 0 to 255" in message and "--input-scale 1/255" in message
    for other in (pixels / 255, pixels - 1, np.minimum(pixels, 30)):
        message = convert(network, data(tmp_path, other), tmp_path, *search, "--input-layout", "NTC")
        assert "whole numbers" not in message


@pytest.mark.parametrize("search", [[], ["--no-search"]])
def test_a_dead_channel(tmp_path, random, search):
    weights = random.uniform(-1, 1, (4, 5))
    weights[:, 3] = 0
    tail = [helper.make_node("Relu", ["first"], ["alive"], name="alive"),
            helper.make_node("MatMul", ["alive", "V"], ["y"], name="last")]
    network = dense(tmp_path, weights, [0, 1, 0, -1, 0], nodes=tail)
    model = onnx.load(network)
    model.graph.initializer.append(numpy_helper.from_array(random.uniform(-1, 1, (5, 2)).astype(np.float32), "V"))
    onnx.save(model, network)
    x = random.uniform(-1, 1, (6, 9, 4)).astype(np.float32)
    message = convert(network, data(tmp_path, x), tmp_path, *search, "--input-layout", "NTC")
    assert "channel 3 is 0 on all calibration data" in message, message


@pytest.mark.parametrize("search", [[], ["--no-search"]])
def test_an_output_that_never_changes(tmp_path, random, search):
    network = dense(tmp_path, np.zeros((4, 3)), [1, 2, 3], output="first")
    x = random.uniform(-1, 1, (6, 9, 4)).astype(np.float32)
    message = convert(network, data(tmp_path, x), tmp_path, *search, "--input-layout", "NTC")
    assert "output first is the same in every frame of the calibration data" in message, message


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(tmp_path, random, value):
    weights = random.uniform(-1, 1, (4, 3))
    weights[2, 1] = value
    network = dense(tmp_path, weights, output="first")
    x = random.uniform(-1, 1, (6, 9, 4)).astype(np.float32)
    message = convert(network, data(tmp_path, x), tmp_path, "--input-layout", "NTC", status=1)
    assert "'product' (MatMul)" in message and "not finite" in message and "export it again" in message


def test_two_axes_that_could_be_time(tmp_path, random):
    network = dense(tmp_path, random.uniform(-1, 1, (4, 3)), shape=(1, "lines", "columns", 4), output="first")
    x = data(tmp_path, random.uniform(-1, 1, (2, 5, 6, 4)).astype(np.float32))
    message = convert(network, x, tmp_path, status=1)
    assert "1 ('lines') and 2 ('columns')" in message and "each could be time" in message
    assert "--time-axis x=1 or --time-axis x=2" in message and "--input-shape x=" in message
    convert(network, x, tmp_path, "--time-axis", "x=2", "--input-shape", "x=1,5,0,4")


def test_labels_beside_a_folder_of_images(tmp_path, random):
    """--expect: for --max-drop, and the report's accuracy."""
    image = pytest.importorskip("PIL.Image")
    folder, rows = tmp_path / "images", ["file,label"]
    folder.mkdir()
    for index in range(12):
        image.fromarray(random.integers(0, 256, (12, 10), dtype=np.uint8)).save(folder / f"{index}.png")
        rows.append(f"{index}.png,{index % 3}")
    labels = tmp_path / "labels.csv"
    labels.write_text("\n".join(rows) + "\n")
    words = ["--preprocess", "grey,resize=10x12:pillow:bilinear,scale=1/255"]
    assert "--expect" in convert(MODELS / "last.onnx", folder, tmp_path, *words, "--max-drop", "0.2%", status=1)
    report = tmp_path / "report.json"
    convert(MODELS / "last.onnx", folder, tmp_path, *words, "--expect", labels, "--max-drop", "50%", "--json", report)
    found = json.loads(report.read_text())
    assert "accuracy_percent" in found["samples"] and "accuracy_drop_points" in found["search"]
    labels.write_text("\n".join(rows[:-1]) + "\n")
    message = convert(MODELS / "last.onnx", folder, tmp_path, *words, "--expect", labels, status=1)
    assert "labels.csv has no label for the image 11.png" in message
    x = data(tmp_path, random.uniform(-1, 1, (4, 25, 8)).astype(np.float32))
    assert "--expect goes with a folder" in convert(MODELS / "stream.onnx", x, tmp_path, "--expect", labels, status=1)


def test_the_same_inputs_give_the_same_bytes(tmp_path, random):
    """With a search, which runs many networks, and with one on labels."""
    x = random.uniform(-1, 1, (6, 25, 8)).astype(np.float32)
    files = []
    for number in range(2):
        out = tmp_path / f"{number}.crnn"
        subprocess.run(
            [TOOL, "convert", MODELS / "stream.onnx", "-o", out, "--calibrate", data(tmp_path, x), "--min-snr", "35dB"],
            check=True, capture_output=True)
        files.append(out.read_bytes())
    assert files[0] == files[1]
