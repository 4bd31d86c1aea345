"""The whole way: a Keras file becomes a packed model by one command, and runs; int8 nearly as Keras does."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn"))

pytestmark = pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make")

# The tutorial's network, its other mending in both forms, the plain networks it starts from, and every other fixture.
NETWORKS = sorted(path.name for path in FIXTURES.iterdir() if path.suffix in (".keras", ".h5"))

# Where the sizes leave open which axis is which, or what time is.
LAYOUTS = {
    "features_2d": ["--input-layout", "NHWC"],
    "pointwise_functions": ["--input-layout", "NC"],
    "separated_2d": ["--input-layout", "NHWC"],
    "volumes": ["--time-axis", "1"],
}


def run(*command, **environment) -> str:
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "tools" / "convert"), **environment}
    result = subprocess.run([str(part) for part in command], env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("name", NETWORKS)
def test_converts_and_runs(tmp_path, name):
    arrays = np.load((FIXTURES / name).with_suffix(".npz"))
    np.savez(tmp_path / "calibration.npz", x=arrays["x"])
    np.savez(tmp_path / "test.npz", x=arrays["x"], ref=arrays["reference"])
    onnx, packed = tmp_path / "model.onnx", tmp_path / "model.crnn"
    options = LAYOUTS.get(pathlib.Path(name).stem, [])
    run(
        *(sys.executable, "-m", "crnn_convert", FIXTURES / name, "--onnx", onnx, "-o", packed),
        *("--crnn", TOOL, "--calibrate", tmp_path / "calibration.npz", *options),
    )
    as_float = json.loads(run(TOOL, "evaluate", onnx, tmp_path / "test.npz", *options, "--json", "-"))
    assert as_float["max_abs_error"] < 1e-4
    # What an .onnx file does not say, the packed one does.
    arrays = [] if "--time-axis" in options else options
    as_int8 = json.loads(run(TOOL, "evaluate", packed, tmp_path / "test.npz", *arrays, "--json", "-"))
    assert as_int8["snr_db"] > 20


def test_the_digits_on_held_out_mnist(tmp_path):
    data = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared" / "zoo")) / "data" / "mnist"
    if not data.is_dir():
        pytest.skip(f"{data} is not there (CRNN_ZOO names another place for the zoo)")
    run(
        sys.executable,
        ROOT / "tools/train/measure.py",
        "--data",
        data,
        "--json",
        tmp_path / "digits.json",
        CRNN_TOOL=TOOL,
    )
    result = json.loads((tmp_path / "digits.json").read_text())
    assert result["accuracy_float_percent"] >= 98.5
    assert result["accuracy_drop_points"] <= 0.2
    assert result["stream_bytes"] <= 65536


def test_the_demonstration():
    """`make demo` without its builds; the script itself checks what must be reached."""
    missing = [name for name in ("libcrnn.so", "libcrnn_image.so", "venv") if not (ROOT / "build" / name).exists()]
    if missing:
        pytest.skip(f"build/{missing[0]} is not there: make demo")
    assert "int8 agrees with float" in run(ROOT / "tools/demo/demo.sh")
