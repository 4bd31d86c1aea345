"""Lets the tests import the recipes of tools/train, and the front end that they use."""

import pathlib
import sys

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path[:0] = [str(TOOLS / "train"), str(TOOLS / "convert")]
