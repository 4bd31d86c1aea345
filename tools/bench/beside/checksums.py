"""That outputs are the same to the bit, whatever the instruction set and however the sequence is cut."""

import dataclasses
import hashlib

import crnn
import numpy as np

from . import batch_contestants, contestants, own

CHUNKS = (1, 7, 32, 512)
STEPS = 40  # calls of a workload of single steps that are looked at


def of(workload, files) -> dict:
    """The checksum of the outputs, what gave it, and whether everything did."""
    path = files["paths"][contestants.C]
    sequences = _sequences(workload)
    sums = {}
    for isa in crnn.isas():
        sums[f"isa {isa}"] = _sum(crnn.Model(path, isa=isa), sequences, 64, 64)
    model = crnn.Model(path)
    for chunk in CHUNKS:
        sums[f"chunk {chunk}"] = _sum(model, sequences, chunk, chunk)
        sums[f"pieces of {chunk}"] = _sum(model, sequences, 16, chunk)
    return _verdict(sums)


def of_batch(workload, files) -> dict:
    """The same for a batch, over numbers of threads."""
    sums = {}
    for threads in (1, 2):
        for name in batch_contestants.OURS:
            ours = batch_contestants.begin(name, files["paths"][name], dataclasses.replace(workload, threads=threads))
            ours.step(0)
            sums[f"{name}, threads {threads}"] = hashlib.sha256(ours.result().tobytes()).hexdigest()
    return _verdict(sums)


def _verdict(sums: dict) -> dict:
    found = set(sums.values())
    return {"sha256": next(iter(found)), "of": list(sums), "same": len(found) == 1, "sums": sums}


def _sequences(workload) -> list:
    """(frames, elements) each."""
    if workload.is_step:
        calls = workload.frames[:STEPS]
        return [np.ascontiguousarray(calls, np.float32).reshape(len(calls) * workload.hop, -1)]
    return own.own_layout(workload)[: 1 if workload.turn <= 2 else 3]


def _sum(model, sequences, chunk: int, piece: int) -> str:
    digest = hashlib.sha256()
    for sequence in sequences:
        frames = sequence.reshape(-1, *model.inputs[0].shape)
        with model.stream(chunk, len(frames) if model.is_bounded else 0) as stream:
            for first in range(0, len(frames), piece):
                digest.update(stream.push(frames[first : first + piece]).tobytes())
            digest.update(stream.finish().tobytes())
    return digest.hexdigest()
