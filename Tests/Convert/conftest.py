"""Lets the tests import tools/convert as it stands, installed or not."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "convert"))
