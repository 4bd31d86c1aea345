"""The trained networks with several inputs or outputs keep their accuracy through conversion to int8."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn"))
DATA = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared" / "zoo")) / "data"

pytestmark = [
    pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make"),
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there (CRNN_ZOO names another place for the zoo)"),
]


OUTPUTS = {
    "video": {"upper", "lower", "direction"},
    "agreement": {"written", "spoken", "agreement"},
    "columns": {"digit"},
}


@pytest.mark.parametrize("network", OUTPUTS)
def test_int8_answers_as_float_does(tmp_path, network):
    command = [sys.executable, ROOT / "tools/train/measure_fusion.py", network, "--json", tmp_path / "result.json"]
    command += ["--data", DATA / "mnist", "--speech", DATA / "fsdd"]
    result = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "CRNN_TOOL": str(TOOL)},
        capture_output=True,
        text=True,
        check=False,
    )
    # Its status says whether an output misses what it should reach, or loses more than a point.
    assert result.returncode == 0, result.stdout + result.stderr
    measured = json.loads((tmp_path / "result.json").read_text())[network]
    assert set(measured["int8"]) == set(measured["float"]) == OUTPUTS[network]
