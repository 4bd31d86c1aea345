"""The networks of the zoo through the tool, as `make zoo` runs them: every bar, and the same bits for every chunk."""

import json
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build/crnn"))
ZOO = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared/zoo"))
SCRIPT = ROOT / "tools/zoo/zoo"
NETWORKS = re.search(r'networks="([^"]*)"', SCRIPT.read_text())[1].split()

pytestmark = [
    pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make"),
    pytest.mark.skipif(not ZOO.is_dir(), reason="the networks of the zoo are not on this machine (CRNN_ZOO)"),
]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    environment = {**os.environ, "CRNN_TOOL": str(TOOL), "CRNN_ZOO": str(ZOO), "CRNN_ZOO_WORK": str(folder)}
    process = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False)
    print(process.stdout + process.stderr)
    return json.loads((folder / "zoo.json").read_text()), process, folder / "zoo"


def test_the_script_succeeds(results):
    assert results[1].returncode == 0, results[1].stdout + results[1].stderr


@pytest.mark.parametrize("name", NETWORKS)
def test_network(results, name):
    result = results[0][name]
    assert result["float_max_abs_difference"] <= 1e-3
    assert result["bar_met"], f"{result['bar']} is missed: {result}"
    assert result["identical_bits"]
    assert {f"chunk {count}" for count in (1, 2, 3, 7, 64)} | {"reference kernels"} <= set(result["identical_runs"])
    assert result["stream_bytes"] > 0


@pytest.mark.parametrize("name", NETWORKS)
def test_the_share_of_sixteen_bits_is_told(results, name):
    result = results[0][name]
    model = json.loads((results[2] / name / "inspect.json").read_text())
    assert model["sixteen_bit_tensors"] == result["sixteen_bit_tensors"]
    assert "% of the MACs" in model["texts"]["quantisation"]
    if name in ("captcha_crnn", "mnist_lstm"):
        assert result["sixteen_bit_macs_percent"] == result["sixteen_bit_weights_percent"] == 0
    if name not in ("hello_edge_gru_s", "dtln_model_1@40dB"):
        assert result["sixteen_bit_weights_percent"] == 0
