"""Who takes part: files made ready once, steppers made in each measuring process."""

import os
import subprocess
import sys

from . import graphs, lite_rt, onnx_runtime, own

PUSHED = "crnn push"
STEPPED = "crnn step"
DEFAULT = "crnn step, default conversion"
OURS = (PUSHED, STEPPED, DEFAULT)


def prepare(workload, root, folder):
    """Writes the files of every contestant for a workload: {contestant: path}."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = own_model(workload, root, folder)
    files = {PUSHED: packed, STEPPED: packed, **default(workload, root, folder, DEFAULT)}
    files.update(peers_of(workload, graphs.one_step(workload, folder), folder))
    return {name: str(path) for name, path in {**files, **workload.tflite}.items()}


def own_model(workload, root, folder):
    """Converts the network for this library, as a user would who needs what the fastest peer has, and no more."""
    return _converted(workload, root, folder / "model.crnn", workload.peer_db)


def default(workload, root, folder, name) -> dict:
    """The file of another contestant, converted as by default: more accurate. None where that is the one file."""
    return {name: _converted(workload, root, folder / "default.crnn", None)} if workload.peer_db else {}


def _converted(workload, root, packed, accuracy):
    if workload.options is None:
        words = [root / "tools/zoo/zoo", "--convert", workload.name, workload.source, packed]
    else:
        words = [root / "build/crnn", "convert", workload.source, "-o", packed, *workload.options]
        words += ["--calibrate", workload.calibration_file]
    words += ["--min-snr", f"{accuracy:g}dB"] if accuracy else []
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return packed


def peers_of(workload, step, folder):
    """The files of ONNX Runtime, from the float one."""
    with quiet():
        static = graphs.static_int8(step, folder / "static.onnx", workload)
        return {
            "ORT float": step,
            "ORT dynamic int8": graphs.dynamic_int8(step, folder / "dynamic.onnx"),
            "ORT static int8": static,
            "ORT static + dynamic LSTM": graphs.dynamic_int8(static, folder / "both.onnx", ("LSTM",)),
        }


def begin(name, path, workload):
    """A stepper: `reset()`, `step(index)`, `result()` of the step before."""
    if name == PUSHED:
        return own.Pushed(path, workload)
    if name in (STEPPED, DEFAULT):
        return own.Stepped(path, workload)
    if name.startswith("ORT"):
        return onnx_runtime.Stepper(path, workload, workload.frames)
    return lite_rt.Stepper(path, workload.frames)


class quiet:
    """Hides what onnxruntime.quantization prints and logs, unless it fails."""

    def __enter__(self):
        sys.stdout.flush()
        self._saved = [os.dup(number) for number in (1, 2)]
        nothing = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            os.dup2(nothing, number)
        os.close(nothing)

    def __exit__(self, *_):
        for number, saved in zip((1, 2), self._saved):
            os.dup2(saved, number)
            os.close(saved)
