"""Two readers of one network, in ONNX and in the format of its own framework, give the same packed weights."""

import json
import os
import struct
import subprocess
import sys

import numpy as np
import pytest
from test_zoo_streaming import ROOT, TOOL, ZOO, crnn, pytestmark  # noqa: F401

#: Sections of a model file that hold no name (docs/model-format.md).
INDICES, BLOBS, WEIGHTS = 4, 5, 8

CAPTCHA = ["--input-layout", "NHT", "--alphabet", "2345678bcdefgmnpwxy", "--blank", "last"]
DTLN = "input_3=tf_op_layer_stack_2", "input_3=Identity_1"
# The network, its other file, the options of the one in ONNX, of the other, and of both.
PAIRS = [
    ("mnist_lstm", "original.tflite", [], [], []),
    ("captcha_crnn", "original.h5", [], [], CAPTCHA),
    ("kws_streaming_crnn", "noflex_non_stream.tflite", ["--state", "initial_h=h_n"], [], []),
    ("dtln_model_1", "original.tflite", ["--state", DTLN[0]], ["--state", DTLN[1]], []),
]


def sections(path):
    content = path.read_bytes()
    count, table = struct.unpack_from("<II", content, 36)
    found = {}
    for index in range(count):
        kind, _, offset, length = struct.unpack_from("<IIQQ", content, table + 24 * index)
        found[kind] = content[offset : offset + length]
    return found


def convert(source, packed, calibration, *options):
    command = [TOOL, "convert"] if source.suffix == ".onnx" else [sys.executable, "-m", "crnn_convert"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools/convert"), "CRNN_TOOL": str(TOOL)}
    command += [source, "-o", packed, "--calibrate", calibration, *options]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    return packed


def nodes(path):
    """What `crnn inspect` says of the nodes, without their names."""
    process = subprocess.run([TOOL, "inspect", path, "--json", "-"], capture_output=True, text=True, check=True)
    described = json.loads(process.stdout)["nodes"]
    return [{key: value for key, value in node.items() if key != "name"} for node in described]


@pytest.mark.parametrize("search", [True, False])
@pytest.mark.parametrize("name, other, onnx_options, other_options, both", PAIRS, ids=[pair[0] for pair in PAIRS])
def test_the_same_packed_weights(tmp_path, name, other, onnx_options, other_options, both, search):
    calibration = ZOO / name / "calib.npz"
    both = both if search else [*both, "--no-search"]
    one = convert(ZOO / name / "model.onnx", tmp_path / "onnx.crnn", calibration, *onnx_options, *both)
    two = convert(ZOO / name / other, tmp_path / "other.crnn", calibration, *other_options, *both)
    assert nodes(one) == nodes(two)
    first, second = sections(one), sections(two)
    for kind in (INDICES, BLOBS, WEIGHTS):
        assert first[kind] == second[kind], f"section {kind} differs"
    models = [crnn.Model(path) for path in (one, two)]
    shape = models[0].inputs[0].shape
    frames = np.random.default_rng(1).random((28, *shape), np.float32)
    results = [np.asarray(model.run(frames)) for model in models]
    assert results[0].tobytes() == results[1].tobytes()
