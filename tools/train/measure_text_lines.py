"""Measures the packed network for printed lines on lines that it was not trained on. No PyTorch needed.

    python3 tools/train/measure_text_lines.py [--count 500] [--convert OPTION ...]

Draws test lines (words and a font that no training line has) as PNG files, once as they are and once distorted,
converts tools/demo/lines/text_lines.onnx with the crnn tool (build/crnn, or CRNN_TOOL), calibrated on the lines beside
it, and lets `crnn read` read them. The float network reads the same pictures through ONNX Runtime.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import line_distortions
import numpy as np
import onnxruntime
import printed_lines
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINES = ROOT / "tools/demo/lines"
SEED = 2
PREPROCESS = "grey,invert,resize=*x32:pillow:bilinear,scale=1/255"


def draw(folder: pathlib.Path, count: int, strength: float, is_test: bool, seed: int = SEED) -> dict[str, str]:
    """`count` PNG files in `folder`, dark on light, and their texts by name, which also stand in a CSV file beside."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    truth = {}
    for number in range(count):
        text = printed_lines.text(int(random.integers(6, 21)), random, is_test)
        ink = line_distortions.distort(printed_lines.render(text, random, is_test), random, strength)
        truth[f"{number:03}.png"] = text
        Image.fromarray(255 - np.uint8(ink * 255 + 0.5)).save(folder / f"{number:03}.png")
    with open(folder.parent / f"{folder.name}.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "text"), *truth.items()])
    return truth


def distance(found: str, expected: str) -> int:
    """Insertions, deletions and substitutions (V. Levenshtein, 1966)."""
    row = list(range(len(expected) + 1))
    for i, a in enumerate(found, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(expected, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def read_in_float(path: pathlib.Path, folder: pathlib.Path, names: list[str]) -> dict[str, str]:
    """The best path of the float network for each picture."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    result = {}
    for name in names:
        ink = 1 - np.asarray(Image.open(folder / name), np.float32) / 255
        (scores,) = session.run(None, {"image": ink[None, None]})
        labels = scores[0].argmax(1)
        kept = [label for label, before in zip(labels, [0, *labels]) if label not in (0, before)]
        result[name] = "".join(printed_lines.ALPHABET[label - 1] for label in kept)
    return result


def scores(found: dict[str, str], truth: dict[str, str]) -> str:
    right = sum(found[name] == text for name, text in truth.items())
    errors = sum(distance(found[name], text) for name, text in truth.items())
    characters = sum(map(len, truth.values()))
    return f"{100 * right / len(truth):6.2f} % of lines right, {100 * errors / characters:5.2f} % character errors"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default=LINES / "text_lines.onnx")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--convert", nargs=argparse.REMAINDER, default=[], help="further options of `crnn convert`")
    options = parser.parse_args()
    tool = os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn")
    with tempfile.TemporaryDirectory(prefix="text_lines.") as name:
        folder = pathlib.Path(name)
        packed = folder / "text_lines.crnn"
        command = [tool, "convert", options.model, "-o", packed, "--calibrate", LINES / "calibration"]
        command += ["--alphabet", printed_lines.ALPHABET, "--blank", "first", "--preprocess", PREPROCESS]
        if status := subprocess.call([*map(str, command), *options.convert], stdout=subprocess.DEVNULL):
            sys.exit(status)
        print(f"{packed.stat().st_size} bytes")
        for kind, strength in (("as drawn", 0.0), ("distorted", 1.0)):
            pictures = folder / kind.replace(" ", "-")
            truth = draw(pictures, options.count, strength, is_test=True)
            lines = subprocess.run(
                [str(tool), "read", str(packed), str(pictures), "--format", "jsonl"],
                check=True, capture_output=True, text=True,
            ).stdout.splitlines()  # fmt: skip
            found = {pathlib.Path(entry["file"]).name: entry["text"] for entry in map(json.loads, lines)}
            in_float = read_in_float(options.model, pictures, list(truth))
            equal = sum(found[name] == in_float[name] for name in truth)
            print(f"{kind:9}  float {scores(in_float, truth)}")
            print(f"{kind:9}  int8  {scores(found, truth)}; {100 * equal / len(truth):.2f} % of lines as in float")


if __name__ == "__main__":
    main()
