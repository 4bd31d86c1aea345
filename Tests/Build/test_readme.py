"""The programs of the README work as they are pasted."""

import os
import re
import subprocess

import pytest
from conftest import BUILD, ROOT

README = (ROOT / "README.md").read_text()


@pytest.fixture
def checkout(tmp_path):
    """A folder that looks like the checkout to the programs, and keeps what they write out of it."""
    if not (BUILD / "demo/digits.crnn").exists():
        subprocess.run(["make", "--no-print-directory", "demo"], cwd=ROOT, check=True)
    for name in ("bindings", "build", "include", "tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize("program", ["digit.c", "digit.py"])
def test_program(checkout, program):
    """`NAME`: then the program, then the commands that build and run it."""
    source, commands = re.search(rf"`{program}`:\n+```\w+\n(.*?)```\n+```sh\n(.*?)```", README, re.DOTALL).groups()
    (checkout / program).write_text(source)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    process = subprocess.run(["bash", "-euc", commands], cwd=checkout, env=environment, capture_output=True, text=True)
    assert process.returncode == 0, process.stdout + process.stderr
    lines = process.stdout.splitlines()
    if program == "digit.c":
        probabilities = [float(line.split()[1]) for line in lines[-10:]]
        assert sum(probabilities) == pytest.approx(1, abs=0.01) and max(probabilities) > 0.5
    else:
        label, probability = lines[-1].split()
        assert label in "0123456789" and float(probability) > 0.5
