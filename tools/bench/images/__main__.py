"""From a folder of 2,000 captcha PNGs to text, two threads, the whole process, beside the usual Python way.

    PYTHONPATH=tools/bench build/peers/bin/python -m images            # `make bench-images`

Every contestant is a process that is started anew for each run; they take turns, and the minimum counts. Each one's
texts are compared with those of the float network. Writes build/bench/images/result.json.
"""

import argparse
import csv
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORK = ROOT / "build/bench/images"
ZOO = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared/zoo"))
RECIPE = "grey,resize=200x50:pillow:bilinear,scale=1/255"


def make_files(count):
    """The test images as PNG files, over and over, each time moved by a column more; the models."""
    import numpy as np
    from PIL import Image

    folder = WORK / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    images = np.load(ZOO / "captcha_crnn/test.npz")["x"]
    for index in range(count):
        path = folder / f"{index:05}.png"
        if not path.exists():
            Image.fromarray(np.roll(images[index % len(images)], index // len(images), axis=1)).save(path)
    for path in sorted(folder.glob("*.png"))[count:]:
        path.unlink()
    packed = WORK / "captcha.crnn"
    if not packed.exists():
        convert = [ROOT / "tools/zoo/zoo", "--convert", "captcha_crnn", ZOO / "captcha_crnn/model.onnx", packed]
        subprocess.run([*convert, "--preprocess", RECIPE], check=True, stdout=subprocess.DEVNULL)
    return folder, packed


def make_int8():
    """The two int8 forms of ONNX Runtime's own tools: dynamic, and calibrated with the network's calibration data."""
    import numpy as np
    from onnxruntime import quantization

    source, dynamic, static = ZOO / "captcha_crnn/model.onnx", WORK / "dynamic.onnx", WORK / "static.onnx"
    if not dynamic.exists():
        quantization.quantize_dynamic(source, dynamic)
    if not static.exists():
        columns = np.load(ZOO / "captcha_crnn/calib.npz")["x"].transpose(0, 2, 1)[:, None].astype(np.float32) / 255

        class Data(quantization.CalibrationDataReader):
            lines = iter(columns)

            def get_next(self):
                line = next(self.lines, None)
                return None if line is None else {"image": line[None]}

        quantization.quantize_static(source, static, Data(), per_channel=True, reduce_range=True)
    return {"fp32": source, "int8, dynamic": dynamic, "int8, static": static}


def contestants(folder, packed, threads, tool):
    out = WORK / "crnn.csv"
    yield "crnn read", [tool, "read", packed, folder, "--threads", threads, "--format", "csv", "-o", out], out
    for (name, model), way, batch in itertools.product(make_int8().items(), ("threads", "processes"), (1, 16)):
        title = f"Pillow, NumPy, ONNX Runtime {name}, {way}, {batch} at a time"
        out = WORK / f"{name}-{way}-{batch}.csv".replace(", ", "-")
        peer = [
            sys.executable,
            "-m",
            "images.peer",
            model,
            folder,
            out,
            "--way",
            way,
            "--workers",
            threads,
            "--batch",
            batch,
        ]
        yield title, peer, out


def seconds(command):
    start = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True)
    return time.perf_counter() - start


def read_texts(path):
    with open(path, newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/crnn")
    words = parser.parse_args()
    if not ZOO.is_dir():
        sys.exit(f"images: the captchas are not at {ZOO} (CRNN_ZOO)")
    folder, packed = make_files(words.files)
    field = list(contestants(folder, packed, words.threads, words.tool))
    times = {title: [] for title, _, _ in field}
    for _ in range(words.runs):
        for title, command, _ in field:
            times[title].append(seconds(command))
    reference = next(read_texts(out) for title, _, out in field if "fp32" in title)
    rows = []
    for title, _, out in field:
        found = read_texts(out)
        assert len(found) == words.files, f"{title} gave {len(found)} texts"
        same = 100 * sum(a == b for a, b in zip(found, reference)) / words.files
        rows.append(
            {
                "name": title,
                "seconds": min(times[title]),
                "median_seconds": sorted(times[title])[words.runs // 2],
                "images_per_second": words.files / min(times[title]),
                "texts_as_in_float_percent": same,
            }
        )
    own = rows[0]["seconds"]
    best = min(rows[1:], key=lambda row: row["seconds"])
    print(f"{'':<66}{'seconds':>9}{'median':>9}{'images/s':>10}{'as float, %':>13}")
    for row in rows:
        print(
            f"{row['name']:<66}{row['seconds']:>9.2f}{row['median_seconds']:>9.2f}{row['images_per_second']:>10.0f}"
            f"{row['texts_as_in_float_percent']:>13.2f}"
        )
    print(f"{best['seconds'] / own:.2f} times as fast as the fastest of the others ({best['name']})")
    document = {
        "files": words.files,
        "threads": words.threads,
        "runs": words.runs,
        "rows": rows,
        "ratio": best["seconds"] / own,
    }
    (WORK / "result.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
