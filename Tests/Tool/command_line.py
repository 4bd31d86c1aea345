"""The command-line tool under test, and how it is run."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build/crnn"))
MODELS = pathlib.Path(os.environ.get("CRNN_TEST_MODELS", ROOT / "build/tests/models"))
DONE, FAILURE, LIMIT, USAGE = 0, 1, 3, 64

needs_tool = pytest.mark.skipif(
    not (TOOL.is_file() and (MODELS / "stream.onnx").is_file()),
    reason="the tool and its test models are not built: make test")


def crnn(*arguments, status=DONE):
    """Runs the tool, expects the exit status, and returns what it printed: results, or where it fails the message."""
    result = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout if status == DONE else result.stderr
