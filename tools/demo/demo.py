"""The Python half of demo.sh: python3 tools/demo/demo.py build/demo tools/demo/images

Classifies the test images with the package `crnn`, lets the float interpreter of `crnn run` do the same, compares both
with the labels and with what the C program found, and prints a table. Ends with status 1 where the network misses what
it must reach.
"""

from __future__ import annotations

import csv
import pathlib
import subprocess
import sys
import time

import crnn
import numpy as np

MINIMUM_FLOAT_ACCURACY = 90.0
MINIMUM_AGREEMENT = 99.0
REPETITIONS = 10


def read_labels(images: pathlib.Path) -> dict[pathlib.Path, int]:
    with open(images / "labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return {images / row["file"]: int(row["label"]) for row in rows if row["file"].startswith("test/")}


def classes_from_c(path: pathlib.Path) -> dict[pathlib.Path, int]:
    lines = path.read_text().splitlines()
    return {pathlib.Path(name): int(label) for name, label, _ in (line.split("\t") for line in lines)}


def float_probabilities(out: pathlib.Path, columns: np.ndarray) -> np.ndarray:
    """What the float network gives, by crnn's float interpreter on the ONNX file."""
    np.save(out / "images.npy", columns)
    subprocess.run(
        ["build/crnn", "run", out / "digits.onnx", out / "images.npy", "-o", out / "float.npy"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return np.load(out / "float.npy")


def microseconds(call) -> float:
    """The fastest of some runs."""
    times = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e6 * min(times)


def main(out: pathlib.Path, images: pathlib.Path) -> int:
    labels = read_labels(images)
    truth = np.array(list(labels.values()))
    model = crnn.Model(out / "digits.crnn")
    columns = np.stack([model.prepare(path) for path in labels])
    found = model.run(columns).argmax(axis=1)
    as_float = float_probabilities(out, columns).argmax(axis=1)
    from_c = classes_from_c(out / "from-c.tsv")
    is_same = [from_c.get(path) for path in labels] == list(found)

    accuracy_float = 100 * (as_float == truth).mean()
    agreement = 100 * (found == as_float).mean()
    batch = microseconds(lambda: model.run(columns)) / len(columns)
    whole = microseconds(lambda: [model.run(model.prepare(path)) for path in list(labels)[:50]]) / 50
    rows = [
        ("images, other writers and scanners than MNIST", f"{len(labels)}"),
        ("accuracy of the float network, %", f"{accuracy_float:.2f}"),
        ("accuracy in int8, %", f"{100 * (found == truth).mean():.2f}"),
        ("int8 agrees with float, %", f"{agreement:.2f}"),
        (
            "C and Python find the same",
            "yes" if is_same else "NO",
        ),
        ("µs per image, the network alone (Python, one thread)", f"{batch:.0f}"),
        ("µs per image, from the PNG or JPEG file (Python)", f"{whole:.0f}"),
        ("bytes of memory of a stream", f"{model.stream_bytes():,}"),
        ("bytes of build/libcrnn.so", f"{pathlib.Path('build/libcrnn.so').stat().st_size:,}"),
        ("bytes of the model file", f"{(out / 'digits.crnn').stat().st_size:,}"),
        ("kernels", model.isa),
    ]
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value:>10}")

    failures = []
    if accuracy_float < MINIMUM_FLOAT_ACCURACY:
        failures.append(f"the float network must reach {MINIMUM_FLOAT_ACCURACY} %")
    if agreement < MINIMUM_AGREEMENT:
        failures.append(f"int8 must agree with float on {MINIMUM_AGREEMENT} %")
    if not is_same:
        failures.append("C and Python must find the same")
    for failure in failures:
        print(f"tools/demo/demo.py: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
