"""Everything that was measured, as build/bench.json has it."""

import importlib.metadata
import math
import os
import platform

import crnn
from steps import compare, machine

from . import batch_contestants, contestants, goals, layers, settings

PLAUSIBLE_DB = 6  # what is asked of peers where weights are random: that they compute the network at all
PEERS = ("onnxruntime", "openvino", "ncnn", "ai-edge-litert", "onnx", "numpy")
_OURS = (*contestants.OURS, *batch_contestants.OURS)


def figures(options, asked, files, runs, footprint, sums) -> dict:
    """One document of it all.

    Args:
        options: runs and seconds.
        asked: workloads by name.
        files: of each, as it was prepared.
        runs: of each, what the measuring process said.
        footprint: memory, start, size.
        sums: checksums by workload.
    """
    results = {name: _result(workload, runs, sums[name]) for name, workload in asked.items()}
    for name, result in results.items():
        result.update(refused=files[name]["refused"], our_chunk=files[name]["chunk"])
    threads = _two_threads(runs)
    bars = [*footprint["bars"], *([threads] if threads else []), *layers.bars(asked, files)]
    missed = [
        name for name, result in results.items()
        if result["floor"] and (result["ratio"] < result["floor"] or not result["is_accurate"])
    ]
    missed += [bar["name"] for bar in bars if not bar["floor_met"]]
    return {
        "runs": options.runs, "seconds": options.seconds, "processor": machine.processor(),
        "instruction_sets": machine.instruction_sets(),
        "our_instruction_set": os.environ.get("CRNN_ISA") or crnn.isas()[-1],
        "versions": _versions(),
        "settings": settings.SETTINGS, "not_measured": settings.NOT_MEASURED + _left_out(asked),
        "results": results, "bars": bars,
        "footprint": footprint["processes"], "library_bytes": footprint["library_bytes"], "floors_missed": missed,
    }


def _versions() -> dict:
    peers = {name: importlib.metadata.version(name) for name in PEERS}
    return {"crnn": crnn.__version__, "Python": platform.python_version(), **peers}


def _left_out(asked) -> list:
    """Workloads that were not asked for, or whose networks are not there."""
    names = [name for name in goals.RATIOS if name not in asked]
    return [{"what": ", ".join(names), "why": "not asked for, or the zoo is not there"}] if names else []


def _result(workload, runs, sums) -> dict:
    """A workload: the comparison, and which of our calls counts: a step, or the faster one for whole sequences.

    `is_accurate`: with no more noise than the int8 peer that ours was converted to compare with."""
    enough = compare.ENOUGH_DB if workload.is_real else PLAUSIBLE_DB
    first = runs[0][workload.name]
    compared = compare.compare(runs, workload.name, [name for name in _OURS if name in first], enough)
    ratios = compared["ratios"]
    apart = (contestants.C, *contestants.DEFAULTS)
    own = max((name for name in ratios if name not in apart), key=lambda name: ratios[name]["median"])
    rows = compared["contestants"]
    default = next((ratios[name]["median"] for name in contestants.DEFAULTS if name in ratios), None)
    floor, aim = goals.RATIOS[workload.name]
    is_accurate = workload.peer_db is None or rows[own]["snr_db"] >= rows[compared["best_peer"]]["snr_db"]
    for row in rows.values():
        row["counts"] = row["snr_db"] >= enough
        row["snr_db"] = row["snr_db"] if math.isfinite(row["snr_db"]) else None  # the same to the bit
    from_c = ratios.get(contestants.C)
    return {
        "name": workload.name, "unit": workload.unit, "is_real": workload.is_real, "enough_db": enough, **compared,
        "our_call": own, "ratio": ratios[own]["median"], "spread": [ratios[own]["min"], ratios[own]["max"]],
        "ratio_from_c": from_c and from_c["median"], "ratio_by_default": default, "is_accurate": is_accurate,
        "floor": floor, "aim": aim, "checksum": sums,
    }


def _two_threads(runs):
    """How much faster the batch is on two threads, run by run."""
    names = ("captcha_batch_1", "captcha_batch_2")
    if not all(name in runs[0] for name in names):
        return None

    def least(results):
        return min(results[ours]["min_us"] for ours in batch_contestants.OURS)

    ratios = sorted(least(run[names[0]]) / least(run[names[1]]) for run in runs)
    floor, aim = goals.TWO_THREADS
    value = ratios[len(ratios) // 2]
    return {
        "name": "batch on two threads over one", "value": value, "unit": "times", "floor": floor, "aim": aim,
        "floor_met": value >= floor, "aim_met": value >= aim, "best_peer": None,
    }
