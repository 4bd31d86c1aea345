"""The C interface of the converter, with the compilers that users have; its bytes are the command's."""

import os
import pathlib
import subprocess

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
FIXTURES = ROOT / "Tests/Convert/fixtures/torch"
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", BUILD / "crnn"))

pytestmark = pytest.mark.skipif(
    not (BUILD / "libcrnn_convert.so").is_file() or not TOOL.is_file(),
    reason="build/libcrnn_convert.so is not built: make",
)


def run(*command):
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr


@pytest.mark.parametrize("compiler, language, standard", [("cc", "c", "c99"), ("c++", "c++", "c++11")])
def test_converts_from_c(tmp_path, compiler, language, standard):
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", f"-std={standard}", f"-I{ROOT}/include", f"-L{BUILD}"]
    run(
        compiler,
        *flags,
        "-x",
        language,
        ROOT / "Tests/C/convert.c",
        "-lcrnn_convert",
        f"-Wl,-rpath,{BUILD}",
        "-o",
        tmp_path / "program",
    )
    features = np.load(FIXTURES / "keyword.npz")["x"][0]
    features.tofile(tmp_path / "features.f32")
    network = tmp_path / "network"
    network.write_bytes((FIXTURES / "keyword.torchscript.onnx").read_bytes())
    run(tmp_path / "program", network, tmp_path / "features.f32", *features.shape, tmp_path / "c.crnn")
    np.savez(tmp_path / "features.npz", x=features)
    run(
        TOOL,
        "convert",
        network,
        "-o",
        tmp_path / "tool.crnn",
        "--calibrate",
        tmp_path / "features.npz",
        "--labels",
        "a,b,c,d",
    )
    assert (tmp_path / "c.crnn").read_bytes() == (tmp_path / "tool.crnn").read_bytes()
