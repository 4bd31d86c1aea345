"""Who takes part: files made ready once, and what makes a contestant of each in a measuring process."""

import dataclasses

import numpy as np
from steps import contestants as steps
from steps import lite_rt as lite_rt_steps
from steps import measure, onnx_runtime
from steps import own as own_steps

from . import lite_rt, ncnn_files, ncnn_run, onnx_files, open_vino, own, own_c, shapes

RUN, KEPT, C = "crnn run", "crnn kept stream", "crnn from C"
KEPT_DEFAULT = "crnn kept stream, default conversion"
DEFAULTS = (steps.DEFAULT, KEPT_DEFAULT)
OURS = (steps.PUSHED, steps.STEPPED, RUN, KEPT, *DEFAULTS, C)

_MAKERS = {
    steps.PUSHED: own_steps.Pushed, steps.STEPPED: own_steps.Stepped, steps.DEFAULT: own_steps.Stepped, RUN: own.Run,
    KEPT: own.Kept, KEPT_DEFAULT: own.Kept, C: own_c.Program,
}


def prepare(workload, root, folder) -> dict:
    """Writes what every contestant needs: `paths` by contestant; `reference`, the file of what the float network gives;
    `refused`, the reasons of peers that cannot run the network; `chunk`, our own best."""
    folder.mkdir(parents=True, exist_ok=True)
    if workload.write:
        workload.write()
    ours = (steps.PUSHED, steps.STEPPED, C) if workload.is_step else (RUN, KEPT, C)
    packed = steps.own_model(workload, root, folder)
    graph = onnx_files.float_graph(workload, folder)
    reference = folder / "reference.npy"
    np.save(reference, measure.whole_sequence(begin("ORT float", str(graph), workload), workload))
    graphs = onnx_files.int8_graphs(workload, graph, folder)
    peers = {**graphs, "OpenVINO float": graph}
    if "ORT static int8" in graphs:
        peers["OpenVINO int8"] = graphs["ORT static int8"]
    refused = {}
    peers.update({**for_ncnn(workload, folder, refused), **workload.tflite})
    default = steps.default(workload, root, folder, DEFAULTS[0 if workload.is_step else 1])
    paths = {**dict.fromkeys(ours, packed), **default, **able(peers, workload, refused, begin)}
    return {
        "paths": {name: str(path) for name, path in paths.items()}, "reference": str(reference), "refused": refused,
        "chunk": workload.chunk if workload.is_step else own.best_chunk(packed, workload),
    }


def for_ncnn(workload, folder, refused) -> dict:
    """Nothing for networks that cannot be translated: `refused` says why."""
    try:
        return ncnn_files.translate(shapes.given(workload), workload, folder)
    except ncnn_files.Refused as reason:
        refused["ncnn"] = str(reason)
        return {}


def able(peers, workload, refused, begin) -> dict:
    """Those that can load the network and run it; of the others, `refused` gets the end of what they say."""
    kept = {}
    for name, path in peers.items():
        try:
            begin(name, str(path), workload).step(0)
            kept[name] = path
        except Exception as problem:  # peers have no class of exceptions in common
            refused[name] = str(problem).strip().splitlines()[-1]
    return kept


def begin(name, path, workload):
    """A stepper: `reset()`, `step(index)`, `result()` of the step before."""
    if name in _MAKERS:
        return _MAKERS[name](path, workload)
    if name.startswith("ORT"):
        return onnx_runtime.Stepper(path, workload, workload.frames)
    if name.startswith("OpenVINO"):
        return open_vino.Stepper(path, workload)
    if name.startswith("ncnn"):
        return (ncnn_run.Steps if workload.is_step else ncnn_run.Sequences)(path, workload)
    return lite_rt_steps.Stepper(path, workload.frames) if workload.is_step else lite_rt.Sequences(path, workload)


def one_run(workload, files, seconds) -> dict:
    """{contestant: {min_us, median_us, steps, snr_db}}"""
    known = dataclasses.replace(workload, reference=np.load(files["reference"]), chunk=files["chunk"])
    return measure.run(
        known, files["paths"], seconds, begin, workload.turn, measure.PATIENCE if workload.turn > 2 else 1)
