"""Memory, start and size: processes that load one network and run it once."""

import json
import os
import pathlib
import site
import subprocess
import sys
import time

import numpy as np

from . import contestants, goals, own

ROOT = pathlib.Path(__file__).resolve().parents[3]
TRIES = 5
WORKLOADS = ("mnist_lstm", "captcha_crnn", "classic_32x100")
LIBRARIES = {"ORT": "onnxruntime", "OpenVINO": "openvino", "ncnn": "ncnn", "LiteRT": "ai_edge_litert"}
_LOADERS = {"crnn": "crnn", "ORT": "onnx_runtime", "OpenVINO": "open_vino", "LiteRT": "lite_rt", "ncnn": "ncnn"}


def measured(asked, files) -> dict:
    """`processes`: {workload: {contestant: figures}} of those workloads that are there; `library_bytes`; `bars`."""
    names = [name for name in WORKLOADS if name in asked]
    processes = {name: _of(asked[name], files[name]) for name in names}
    return {
        "processes": processes, "library_bytes": _library_bytes(),
        "bars": [bar for name in names for bar in _bars(name, processes[name])],
    }


def _of(workload, files) -> dict:
    """The least of several tries: other programs can only make a process slower."""
    folder = pathlib.Path(files["reference"]).parent
    given, ours = folder / "first-given.npy", folder / "first-ours.npy"
    np.save(given, workload.frames[0].reshape(workload.shape))
    np.save(ours, own.own_layout(workload)[0])
    bare = _least("bare", "-", given)["peak_kb"]
    paths = {"crnn": files["paths"][contestants.C]}
    paths.update({name: path for name, path in files["paths"].items() if name.split()[0] in LIBRARIES})
    found = {}
    for name, path in paths.items():
        figures = _least(_LOADERS[name.split()[0]], path, ours if name == "crnn" else given)
        figures["memory_mb"] = (figures.pop("peak_kb") - bare) / 1000
        found[name] = figures
    return found


def _least(loader: str, path: str, data) -> dict:
    # Compiled modules are kept, as they are where a package is installed.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(ROOT / "build/bench/pycache")
    tries = []
    for _ in range(TRIES):
        words = [sys.executable, str(ROOT / "tools/bench/first_result.py"), loader, str(path), str(data)]
        done = subprocess.run(
            [*words, str(time.monotonic_ns())], check=True, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        tries.append(json.loads(done.stdout.splitlines()[-1]))
    return {key: min(one[key] for one in tries) for key in tries[0]}


def _bars(name: str, of_each: dict):
    """What this library must keep to, beside the best peer."""
    for key, what, unit in (("load_ms", "import and load", "ms"), ("memory_mb", "memory above bare Python", "MB")):
        limits = goals.LOAD_MS if key == "load_ms" else goals.MEMORY_MB
        if name not in limits:
            continue
        floor, aim = limits[name]
        value = of_each["crnn"][key]
        best = min((one for one in of_each if one != "crnn"), key=lambda one: of_each[one][key])
        yield {
            "name": f"{name}: {what}", "value": value, "unit": unit, "floor": floor, "aim": aim,
            "floor_met": value <= floor, "aim_met": value <= aim, "best_peer": best,
            "best_peer_value": of_each[best][key],
        }


def _library_bytes() -> dict:
    """Shared libraries as they are installed."""
    sizes = {"crnn": (ROOT / "build/libcrnn.so").stat().st_size}
    (packages,) = site.getsitepackages()
    for name, package in LIBRARIES.items():
        files = (file for file in pathlib.Path(packages, package).rglob("*.so*") if not file.is_symlink())
        sizes[name] = sum(file.stat().st_size for file in files)
    return sizes
