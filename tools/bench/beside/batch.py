"""A batch of captcha lines of mixed widths: the workload, and the files of those who take part."""

import dataclasses
import pathlib

import numpy as np
import onnx
from steps import contestants, measure

from . import batch_contestants, onnx_files, own, shapes, zoo
from . import contestants as beside
from .workload import Workload

LINES = 64
LONGER = 4  # times the seconds of other workloads: a round of all contestants takes most of a second
WIDTHS = range(100, 284, 4)  # columns; the network was trained on 200
# Who pads: OpenVINO, to which lines of open width take five times as long; and also what is fastest in ORT.
PADDED = ("ORT static + dynamic LSTM", "OpenVINO float", "OpenVINO int8")


@dataclasses.dataclass(frozen=True)
class Batch(Workload):
    """A call is the whole batch.

    Attributes:
        lines: float32 (columns, rows), the widest first: then no thread is left with much when the others end.
        threads: that may run at a time.
        single: the network's workload line by line, for files and calibration.
    """

    lines: tuple = ()
    threads: int = 1
    single: Workload = None


def captcha_batch(networks, threads: int) -> Batch:
    single = zoo.captcha_crnn(networks)
    pixels = np.load(networks / "captcha_crnn/test.npz", allow_pickle=True)["x"]
    strip = zoo.image_columns(np.concatenate(pixels[: 2 * LINES], axis=1))
    random, lines, first = np.random.default_rng(LINES), [], 0
    for width in sorted(random.choice(WIDTHS, LINES), reverse=True):
        lines.append(np.ascontiguousarray(strip[first : first + width]))
        first += width
    unit = f"{LINES} lines of {WIDTHS[0]} to {WIDTHS[-1]} columns, {threads} thread{'s' if threads > 1 else ''}"
    fields = {field.name: getattr(single, field.name) for field in dataclasses.fields(single)}
    fields.update(name=f"captcha_batch_{threads}", unit=unit, frames=np.zeros((1, 0)), turn=1)
    return Batch(**fields, lines=tuple(lines), threads=threads, single=single)


def prepare(workload: Batch, root, folder) -> dict:
    """As contestants.prepare. The peers' files are made for lines of one width, and then opened for any: not through
    ONNX Runtime's preparation, which writes lengths into the graph."""
    folder.mkdir(parents=True, exist_ok=True)
    fixed, reference = folder / "fixed.onnx", folder / "reference.npy"
    onnx.save(shapes.given(workload), fixed)
    graphs = onnx_files.int8_graphs(workload.single, fixed, folder)
    graphs = {name: _opened(path) for name, path in graphs.items()}
    float_lines = batch_contestants.OnnxLines(graphs["ORT float"], workload)
    np.save(reference, measure.whole_sequence(float_lines, workload))
    graphs.update({"OpenVINO float": graphs["ORT float"], "OpenVINO int8": graphs["ORT static int8"]})
    refused = {}
    peers = {f"{name}, lines": path for name, path in graphs.items() if name.startswith("ORT")}
    peers.update({f"{name}, padded": graphs[name] for name in PADDED})
    peers.update({f"{name}, lines": path for name, path in beside.for_ncnn(workload.single, folder, refused).items()})
    packed = contestants.own_model(workload.single, root, folder)
    paths = {
        **{name: packed for name in batch_contestants.OURS},
        **beside.able(peers, workload, refused, batch_contestants.begin),
    }
    return {
        "paths": {name: str(path) for name, path in paths.items()}, "reference": str(reference), "refused": refused,
        "chunk": own.best_chunk(packed, workload.single),
    }


def _opened(path: pathlib.Path) -> str:
    """The graph with any number of lines of any width."""
    model, target = onnx.load(path), path.with_suffix(".open.onnx")
    batch, _, width, _ = model.graph.input[0].type.tensor_type.shape.dim
    batch.dim_param, width.dim_param = "N", "W"
    model.graph.output[0].type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    onnx.save(model, target)
    return str(target)


def one_run(workload: Batch, files, seconds) -> dict:
    known = dataclasses.replace(workload, reference=np.load(files["reference"]), chunk=files["chunk"])
    return measure.run(
        known, files["paths"], LONGER * seconds, batch_contestants.begin, workload.turn, patience=1)


