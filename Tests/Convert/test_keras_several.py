"""Keras models with several inputs and outputs, and with a whole network on every frame."""

import json
import os
import pathlib
import subprocess

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
                np.testing.assert_allclose(results[port], reference, atol=limit * max(1, abs(reference).max()))
