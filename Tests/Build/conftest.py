"""What the checks of the built files share."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
MODELS = BUILD / "tests/models"
EMBEDDED = ROOT / ".build/embedded/release"


def output_of(*command, **options):
    """What a command prints; where it fails, the test fails with what it said."""
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if process.returncode != 0:
        pytest.fail(f"{' '.join(map(str, command))}\nended with {process.returncode}\n{process.stdout}{process.stderr}")
    return process.stdout
