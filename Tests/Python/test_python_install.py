"""The package installs by pip, carries its library and works from anywhere."""

import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def installed(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    process = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target",
         folder, root / "bindings/python"], capture_output=True, text=True, check=False)
    if "No matching distribution found for setuptools" in process.stderr:
        pytest.skip("pip cannot reach PyPI for setuptools")
    assert process.returncode == 0, process.stderr
    return folder


def run(folder, code, *arguments, **environment):
    variables = {key: value for key, value in os.environ.items() if not key.startswith("CRNN_")}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=folder,
        env={**variables, "PYTHONPATH": str(folder), **environment})


def test_carries_its_libraries(installed):
    names = {path.name for path in (installed / "crnn").iterdir()}
    assert {"libcrnn.so", "libcrnn_image.so", "libcrnn_convert.so", "py.typed"} <= names


def test_runs_from_the_package_alone(installed, models):
    process = run(installed, (
        "import crnn, sys, numpy, crnn.library\n"
        "assert crnn.library._path.endswith('crnn/libcrnn.so'), crnn.library._path\n"
        "print(crnn.Model(sys.argv[1]).run(numpy.zeros((20, 8))).shape)"), models / "stream.crnn")
    assert process.stdout == "(20, 5)\n", process.stderr


def test_says_what_to_do_without_the_library(installed, tmp_path):
    process = run(installed, "import crnn", CRNN_LIBRARY=str(tmp_path / "absent.so"))
    assert process.returncode != 0 and "make" in process.stderr and "CRNN_LIBRARY" in process.stderr
    (tmp_path / "text.so").write_text("not a library")
    process = run(installed, "import crnn", CRNN_LIBRARY=str(tmp_path / "text.so"))
    assert process.returncode != 0 and "RuntimeEnvironmentError" in process.stderr
