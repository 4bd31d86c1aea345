"""What PyTorch's exporters write is read exactly: gates, biases, directions. Needs no PyTorch."""

import json
import os
import pathlib
import subprocess

import numpy as np
import onnxruntime
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures" / "torch"
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn"))
EXPORTS = sorted(path.name for path in FIXTURES.glob("*.onnx"))

# Where the sizes leave open which axis is which. The newer exporter unrolls a layer of text_line and fixes its length.
LAYOUTS = {"text_line.torchscript.onnx": ["--input-layout", "N1HT"]}


@pytest.mark.parametrize("name", EXPORTS)
def test_same_values_as_torch(name):
    arrays = np.load(FIXTURES / f"{name.split('.')[0]}.npz")
    session = onnxruntime.InferenceSession(FIXTURES / name, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0].name
    result = np.concatenate([session.run(None, {port: example[None]})[0] for example in arrays["x"]])
    np.testing.assert_allclose(result, arrays["reference"], atol=1e-5)


@pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make")
@pytest.mark.parametrize("name", EXPORTS)
def test_the_interpreter_gives_torchs_values(tmp_path, name):
    arrays = np.load(FIXTURES / f"{name.split('.')[0]}.npz")
    np.savez(tmp_path / "test.npz", x=arrays["x"], ref=arrays["reference"])
    command = [TOOL, "evaluate", FIXTURES / name, tmp_path / "test.npz", "--json", "-", *LAYOUTS.get(name, [])]
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["max_abs_error"] < 1e-5


def test_both_exporters_give_the_same_packed_weights(tmp_path):
    """Two writers of one network: the same nodes, codes and scales, whatever they called them."""
    crnn = pytest.importorskip("crnn", reason="the Python package is not in the path")
    data = np.load(FIXTURES / "keyword.npz")["x"]
    reports = []
    for exporter in ("torchscript", "dynamo"):
        result = crnn.convert(FIXTURES / f"keyword.{exporter}.onnx", data)
        (tmp_path / "model.crnn").write_bytes(result.content)
        crnn.Model(tmp_path / "model.crnn")
        reports.append(
            (
                result.report["weight_bytes"],
                sorted(
                    str((entry["store"], entry.get("scale"), entry.get("snr_db"))) for entry in result.report["tensors"]
                ),
                sorted((entry["hidden_store"], entry["hidden_scale"]) for entry in result.report["recurrent"]),
            )
        )
    assert reports[0] == reports[1]
