"""Keras models with several inputs and outputs, and with a whole network on every frame."""

import json
import os
import pathlib
import subprocess
import sys

import crnn_convert
import numpy as np
import onnx
import onnxruntime
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures" / "several"
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn"))
NETWORKS = sorted(path.stem for path in FIXTURES.glob("*.keras"))

# Frames per tick of each input; 0: once per sequence.
RATES = {
    "compared": {"left": 1, "right": 1},
    "decoded_beside_a_sequence": {"image": 1, "sequence": 1},
    "network_on_frames": {"frames": 1, "asked": 0},
    "repeated_beside_a_sequence": {"image": 1, "sequence": 1},
    "two_rates": {"lips": 2, "sound": 3},
}

needs_tool = pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make")


def arrays(name: str) -> tuple[dict, dict]:
    """Inputs and Keras' outputs, by the ports' names."""
    with np.load(FIXTURES / f"{name}.npz") as stored:
        parts = {key: stored[key] for key in stored.files}
    return tuple(
        {key[len(kind) :]: array for key, array in parts.items() if key.startswith(kind)} for kind in ("in/", "out/")
    )


def tool(*command) -> str:
    result = subprocess.run([str(part) for part in (TOOL, *command)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_every_fixture_is_here():
    assert sorted(RATES) == NETWORKS


@pytest.mark.parametrize("name", NETWORKS)
def test_same_values_as_keras(name):
    inputs, expected = arrays(name)
    model = crnn_convert.to_onnx(FIXTURES / f"{name}.keras")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for output, result in zip(session.get_outputs(), session.run(None, inputs)):
        np.testing.assert_allclose(result, expected[output.name], rtol=1e-5, atol=1e-5)


@needs_tool
@pytest.mark.parametrize("name", NETWORKS)
def test_converts_and_runs(tmp_path, name):
    inputs, expected = arrays(name)
    onnx_path, packed = tmp_path / "model.onnx", tmp_path / "model.crnn"
    onnx.save(crnn_convert.to_onnx(FIXTURES / f"{name}.keras"), onnx_path)
    np.savez(tmp_path / "input.npz", **inputs)
    tool("convert", onnx_path, "-o", packed, "--calibrate", tmp_path / "input.npz")
    ports = json.loads(tool("inspect", packed, "--json", "-"))["ports"]
    rates = {port["name"]: port["rate"] for port in ports if port["direction"] == "input"}
    assert rates == {port: str(rate) for port, rate in RATES[name].items()}
    for model, limit in ((onnx_path, 1e-4), (packed, 0.08)):
        tool("run", model, tmp_path / "input.npz", "-o", tmp_path / "output.npz")
        with np.load(tmp_path / "output.npz") as results:
            assert set(results.files) == set(expected)
            for port, reference in expected.items():
                # A port leaves axes of one out.
                result = results[port].reshape(reference.shape)
                np.testing.assert_allclose(result, reference, atol=limit * max(1, abs(reference).max()))


def convert(name: str, folder: pathlib.Path, *options: str) -> subprocess.CompletedProcess:
    """By the command of the Keras front end, which passes on what it does not know."""
    inputs, _ = arrays(name)
    np.savez(folder / "input.npz", **inputs)
    command = [sys.executable, "-m", "crnn_convert", FIXTURES / f"{name}.keras", "-o", folder / "model.crnn"]
    command += ["--crnn", TOOL, "--calibrate", folder / "input.npz", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools" / "convert")}
    return subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, check=False)


@needs_tool
def test_a_stated_rate_tells_the_others(tmp_path):
    result = convert("two_rates", tmp_path, "--rate", "sound=100")
    assert result.returncode == 0, result.stderr
    ports = json.loads(tool("inspect", tmp_path / "model.crnn", "--json", "-"))["ports"]
    rates = {port["name"]: port["rate"] for port in ports if port["direction"] == "input"}
    assert rates == {"sound": "100", "lips": "200/3"}


@needs_tool
@pytest.mark.parametrize(
    "options, words",
    [
        (["--rate", "sound=1", "--rate", "lips=1"], ["'sound'", "'lips'", "--rate"]),
        (["--rate", "nose=1"], ["--rate", "'nose'"]),
        (["--rate", "sound=0"], ["'0' is no rate"]),
        (["--rate", "2/3"], ["INPUT=RATE"]),
    ],
)
def test_wrong_rates_are_refused(tmp_path, options, words):
    result = convert("two_rates", tmp_path, *options)
    assert result.returncode != 0
    assert all(word in result.stderr for word in words), result.stderr
    assert not (tmp_path / "model.crnn").exists()


@needs_tool
def test_lengths_that_do_not_fit_are_refused(tmp_path):
    assert convert("two_rates", tmp_path).returncode == 0
    inputs, _ = arrays("two_rates")
    np.savez(tmp_path / "short.npz", lips=inputs["lips"][:, :6], sound=inputs["sound"])
    command = [TOOL, "run", tmp_path / "model.crnn", tmp_path / "short.npz", "-o", tmp_path / "output.npz"]
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "'lips' cannot end after 6 frames" in result.stderr and "'sound'" in result.stderr
    assert not (tmp_path / "output.npz").exists()
