"""Measures the packed network for spoken digits on the 300 test recordings, and runs it as a device does.

No PyTorch needed.

    python3 tools/train/measure_spoken_digits.py --speech FSDD [--convert OPTION ...]

Converts spoken_digits.onnx with the crnn tool (build/crnn, or CRNN_TOOL), calibrated on 200 training recordings, and
says what `crnn evaluate` says. Then a C program without a heap (bindings/c/stream.c) takes the frames of every test
recording one by one and must give what the tool gave.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
import speech

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALIBRATION_COUNT = 200
SEED = 3


def frames(clips: list[np.ndarray]) -> np.ndarray:
    """As in training, but undistorted: each recording somewhere in a second [clips, 61, 20]."""
    random = np.random.default_rng(SEED)
    return np.stack([speech.log_mel(speech.placed(clip, speech.RATE, random)) for clip in clips])


def write_arrays(folder: pathlib.Path, model: pathlib.Path, data: str) -> np.ndarray:
    """calibration.npz, and test.npz with labels and the float network's results; returns the test's frames."""
    clips, labels, is_test = speech.load(data)
    chosen = np.random.default_rng(SEED).permutation(np.flatnonzero(~is_test))[:CALIBRATION_COUNT]
    np.savez(folder / "calibration.npz", x=frames([clips[index] for index in chosen]), y=labels[chosen])
    tested = np.flatnonzero(is_test)
    inputs = frames([clips[index] for index in tested])
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    reference = np.concatenate([session.run(None, {"frames": one[None]})[0] for one in inputs])
    np.savez(folder / "test.npz", x=inputs, y=labels[tested], ref=reference)
    return inputs


def run_as_device(folder: pathlib.Path, packed: pathlib.Path, inputs: np.ndarray) -> np.ndarray:
    """What the C program prints for each recording [recordings, 10]."""
    program = folder / "stream"
    libraries = ["-L", ROOT / "build", "-lcrnn", f"-Wl,-rpath,{ROOT / 'build'}"]
    compiler = os.environ.get("CC", "cc")
    command = [compiler, "-O2", "-I", ROOT / "include", ROOT / "bindings/c/stream.c", "-o", program, *libraries]
    subprocess.run([str(part) for part in command], check=True)
    results = []
    for one in inputs:
        run = subprocess.run([program, packed], input=one.tobytes(), capture_output=True, check=True)
        results.append([float(value) for value in run.stdout.split()[1:]])
    print(f"C program, a frame at a time: {run.stderr.decode().strip()}")
    return np.array(results, np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speech", required=True, help="folder with fsdd.npz")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "tools/train/spoken_digits.onnx")
    parser.add_argument("--convert", nargs=argparse.REMAINDER, default=[], help="further options of `crnn convert`")
    options = parser.parse_args()
    tool = os.environ.get("CRNN_TOOL", ROOT / "build" / "crnn")
    with tempfile.TemporaryDirectory(prefix="spoken_digits.") as name:
        folder = pathlib.Path(name)
        inputs = write_arrays(folder, options.model, options.speech)
        packed = folder / "spoken_digits.crnn"
        convert = [tool, "convert", options.model, "-o", packed, "--calibrate", folder / "calibration.npz"]
        convert += ["--labels", "0,1,2,3,4,5,6,7,8,9", *options.convert]
        for command in (
            convert,
            [tool, "evaluate", packed, folder / "test.npz"],
            [tool, "run", packed, folder / "test.npz", "-o", folder / "packed.npy"],
        ):
            if status := subprocess.call([str(part) for part in command]):
                sys.exit(status)
        given, printed = np.load(folder / "packed.npy"), run_as_device(folder, packed, inputs)
        # The program prints six digits.
        if not np.allclose(printed, given.reshape(printed.shape), rtol=1e-5, atol=1e-9):
            sys.exit("the C program gives something else than the tool")
        print(f"C program: the tool's results for all {len(given)} recordings")


if __name__ == "__main__":
    main()
