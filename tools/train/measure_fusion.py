"""Measures the networks with several inputs or outputs on held-out data, float and int8. No TensorFlow needed.

    python3 tools/train/measure_fusion.py --data MNIST --speech FSDD [--json fusion.json] [video] [agreement] [columns]

Converts each network with the crnn tool (build/crnn, or CRNN_TOOL), calibrated on training data, runs the float
interpreter and the packed network on the test data and prints the share of right answers of every output. Ends with
status 3 where int8 loses more than a point at an output, or the float network misses what it reached when trained.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import lines
import mnist
import moving_digits
import numpy as np
import pairs
import speech

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 2
MAXIMUM_DROP = 1.0
# Per cent that the float network must reach at each output.
MINIMUM_FLOAT = {
    "video": {"upper": 92, "lower": 92, "direction": 99},
    "agreement": {"written": 96, "spoken": 97, "agreement": 96},
    "columns": {"digit": 95},
}
CALIBRATION = {"video": 32, "agreement": 100, "columns": 64}
TEST = {"video": 300, "columns": 200}
# Where the sizes leave open which axis is which: images stand as MNIST stores them, rows above each other.
OPTIONS = {"agreement": ["--input-layout", "image=NHT"]}


def examples(network: str, data: str | None, speech_folder: str | None):
    """Calibration arrays, test arrays and the test's answers, each by the names of the ports."""
    random = np.random.default_rng(SEED)
    training, test = mnist.split(*mnist.load(data))
    if network == "agreement":
        if speech_folder is None:
            raise SystemExit("agreement needs spoken digits: --speech FOLDER, the one that holds fsdd.npz")
        clips, clip_labels, is_test = speech.load(speech_folder)
        chosen = random.permutation(np.flatnonzero(~is_test))[: CALIBRATION[network]]
        calibration, _ = pairs.pairs(pairs.Digits(*training, clips, clip_labels), chosen, random)
        # Every test clip twice: beside another digit, and beside its own.
        twice = np.repeat(np.flatnonzero(is_test), 2)
        return calibration, *pairs.pairs(pairs.Digits(*test, clips, clip_labels), twice, random)
    if network == "columns":
        calibration, _ = lines.lines(*training, CALIBRATION[network], random)
        return calibration, *lines.lines(*test, TEST[network], random)
    calibration, _ = moving_digits.videos(*training, CALIBRATION[network], random)
    frames, answers = moving_digits.videos(*test, TEST[network], random)
    return {"frames": calibration}, {"frames": frames}, answers


def run(*command: object, **environment: str) -> None:
    variables = {**os.environ, **environment}
    result = subprocess.run([str(part) for part in command], env=variables, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(result.stdout + result.stderr, file=sys.stderr)
        sys.exit(result.returncode)


def accuracy(results: np.ndarray, answers: np.ndarray) -> float:
    """Per cent of right answers; a single value decides at 0.5."""
    decisions = results >= 0.5 if results.shape == answers.shape else results.argmax(axis=-1)
    return float(100 * (decisions == answers).mean())


def measure(network: str, folder: pathlib.Path, data: str | None, speech_folder: str | None) -> dict:
    """The accuracy of every output, float and int8, and the bytes of the packed file and of a stream."""
    calibration, test, answers = examples(network, data, speech_folder)
    tool = os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn")
    onnx, packed = folder / f"{network}.onnx", folder / f"{network}.crnn"
    np.savez(folder / "calibration.npz", **calibration)
    np.savez(folder / "test.npz", **test)
    options = OPTIONS.get(network, [])
    convert = [sys.executable, "-m", "crnn_convert", ROOT / f"tools/train/{network}.keras", "--onnx", onnx]
    convert += ["-o", packed, "--crnn", tool, "--calibrate", folder / "calibration.npz", *options]
    run(*convert, PYTHONPATH=str(ROOT / "tools" / "convert"))
    run(tool, "verify", packed)
    results = {}
    for kind, model in (("float", onnx), ("int8", packed)):
        run(tool, "run", model, folder / "test.npz", "-o", folder / f"{kind}.npz", *options)
        with np.load(folder / f"{kind}.npz") as arrays:
            results[kind] = {name: accuracy(arrays[name], answer) for name, answer in answers.items()}
    run(tool, "inspect", packed, "--json", folder / "inspection.json")
    stream = json.loads((folder / "inspection.json").read_text())["stream_bytes"]
    count = len(next(iter(test.values())))
    return {"bytes": packed.stat().st_size, "stream_bytes": stream, "sequences": count, **results}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="network", help=f"of {', '.join(MINIMUM_FLOAT)}; default: all")
    parser.add_argument("--data", help="folder with MNIST's original idx files; default: download")
    parser.add_argument("--speech", help="folder with fsdd.npz")
    parser.add_argument("--json", metavar="FILE", help="also write the results to this file")
    options = parser.parse_args()
    for name in options.networks:
        if name not in MINIMUM_FLOAT:
            parser.error(f"there is no network '{name}'; there are {', '.join(MINIMUM_FLOAT)}")
    results, misses = {}, []
    print(f"{'network':<12}{'output':<12}{'float, %':>10}{'int8, %':>10}{'sequences':>11}{'file':>9}{'stream':>9}")
    for network in options.networks or MINIMUM_FLOAT:
        with tempfile.TemporaryDirectory(prefix=f"{network}.") as folder:
            result = measure(network, pathlib.Path(folder), options.data, options.speech)
        results[network] = result
        for output, as_float in result["float"].items():
            as_int8 = result["int8"][output]
            sizes = f"{result['sequences']:>11}{result['bytes']:>9,}{result['stream_bytes']:>9,}"
            print(f"{network:<12}{output:<12}{as_float:>10.2f}{as_int8:>10.2f}{sizes}")
            if as_float < MINIMUM_FLOAT[network][output]:
                misses.append(f"{network}: {output} reaches {as_float:.2f} % in float")
            if as_float - as_int8 > MAXIMUM_DROP:
                misses.append(f"{network}: int8 loses {as_float - as_int8:.2f} points at {output}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1) + "\n")
    for miss in misses:
        print(miss, file=sys.stderr)
    sys.exit(3 if misses else 0)


if __name__ == "__main__":
    main()
