"""Measures the packed digits network on the 2,000 held-out MNIST digits, float and int8. No TensorFlow needed.

    python3 tools/train/measure.py --data FOLDER [--json digits.json]

Converts digits.keras with the crnn tool (build/crnn, or CRNN_TOOL), calibrated on 300 of the training digits, takes the
float interpreter's output on the test digits as the reference, and prints what `crnn evaluate` says. Ends with status 3
where int8 loses more than 0.2 points or the float network misses 98.5 %.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import mnist
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALIBRATION_COUNT = 300
MINIMUM_FLOAT_ACCURACY = 98.5
MAXIMUM_DROP = 0.2
# Stored as MNIST stores them, rows above each other; the network reads them along their width.
LAYOUT = ["--input-layout", "NHT"]


def run(*command: object, **environment: str) -> None:
    status = subprocess.call([str(part) for part in command], env={**os.environ, **environment})
    if status != 0:
        sys.exit(status)


def measure(folder: pathlib.Path, data: str | None, json: str | None) -> None:
    training, test = mnist.split(*mnist.load(data))
    np.savez(folder / "calibration.npz", x=training[0][:CALIBRATION_COUNT])
    np.save(folder / "test.npy", test[0])
    tool = os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn")
    onnx, packed, reference = folder / "digits.onnx", folder / "digits.crnn", folder / "reference.npy"
    convert = [sys.executable, "-m", "crnn_convert", ROOT / "tools/train/digits.keras", "--onnx", onnx, "-o", packed]
    convert += ["--crnn", tool, "--calibrate", folder / "calibration.npz", *LAYOUT]
    run(*convert, PYTHONPATH=str(ROOT / "tools" / "convert"))
    run(tool, "run", onnx, folder / "test.npy", "-o", reference, *LAYOUT)
    probabilities = np.load(reference)
    np.savez(folder / "test.npz", x=test[0], y=test[1].astype(np.int64), ref=probabilities)
    report = ["--json", json] if json else []
    run(tool, "evaluate", packed, folder / "test.npz", *LAYOUT, "--maximum-drop", MAXIMUM_DROP, *report)
    accuracy = 100 * (probabilities.argmax(axis=1) == test[1]).mean()
    if accuracy < MINIMUM_FLOAT_ACCURACY:
        print(f"the float network reaches {accuracy:.2f} %, less than {MINIMUM_FLOAT_ACCURACY} %", file=sys.stderr)
        sys.exit(3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder with the original idx files; default: download")
    parser.add_argument("--json", metavar="FILE", help="also write the results of int8 to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="digits.") as folder:
        measure(pathlib.Path(folder), options.data, options.json)


if __name__ == "__main__":
    main()
