"""The command: ONNX alone, and the whole way through the crnn tool."""

import os
import pathlib
import stat
import subprocess
import sys

import onnx
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"


def command(*arguments, **environment) -> subprocess.CompletedProcess:
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "tools" / "convert"), **environment}
    return subprocess.run(
        [sys.executable, "-m", "crnn_convert", *map(str, arguments)],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def echoing_tool(tmp_path):
    """Stands for the crnn tool: prints its arguments, and whether the ONNX file is there."""
    tool = tmp_path / "tool"
    tool.write_text('#!/bin/sh\necho "$@"\ntest -s "$2" && echo present\nexit 7\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return tool


def test_onnx_alone(tmp_path):
    result = command(FIXTURES / "crnn.keras", "--onnx", tmp_path / "crnn.onnx")
    assert result.returncode == 0, result.stderr
    model = onnx.load(tmp_path / "crnn.onnx")
    onnx.checker.check_model(model)
    assert [value.name for value in model.graph.input] == ["image"]
    assert [value.name for value in model.graph.output] == ["digit"]
    assert model.opset_import[0].version == 17
    assert [path.name for path in tmp_path.iterdir()] == ["crnn.onnx"]


def test_other_options_and_the_exit_status_pass_through(tmp_path, echoing_tool):
    result = command(
        FIXTURES / "crnn.h5", "-o", "out.crnn", "--crnn", echoing_tool, "--calibrate", "images", "--labels", "a,b"
    )
    first, second = result.stdout.splitlines()
    assert first.startswith("convert ") and first.endswith("crnn.onnx -o out.crnn --calibrate images --labels a,b")
    assert second == "present"
    assert result.returncode == 7


def test_the_tool_is_taken_from_the_environment(echoing_tool):
    assert command(FIXTURES / "rnn.keras", "-o", "out.crnn", CRNN_TOOL=str(echoing_tool)).returncode == 7


def test_a_tool_that_is_not_there(tmp_path):
    result = command(FIXTURES / "rnn.keras", "-o", tmp_path / "out.crnn", "--crnn", tmp_path / "absent")
    assert result.returncode == 1
    assert "there is no such program" in result.stderr and "--crnn" in result.stderr


def test_nothing_to_write():
    result = command(FIXTURES / "rnn.keras")
    assert result.returncode == 2 and "say what to write" in result.stderr


def test_a_refused_model_leaves_no_file(tmp_path):
    (tmp_path / "bad.keras").write_bytes(b"no model")
    result = command(tmp_path / "bad.keras", "--onnx", tmp_path / "bad.onnx")
    assert result.returncode == 1 and result.stderr.startswith("crnn_convert: ")
    assert not (tmp_path / "bad.onnx").exists()
