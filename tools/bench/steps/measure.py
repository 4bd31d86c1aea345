"""One run: every contestant of a workload in one process, in turn, on one thread."""

import statistics
import time

import numpy as np

from . import contestants

BLOCK = 24  # steps before the next contestant's turn: its weights have come back into the cache after the first few
PATIENCE = 3  # rounds that every contestant runs before counting


def signal_to_noise(results, reference):
    noise = np.square(results.astype(np.float64) - reference).sum()
    return float(10 * np.log10(np.square(reference.astype(np.float64)).sum() / noise)) if noise else float("inf")


def whole_sequence(stepper, workload):
    """The outputs of all steps from a fresh state on, (steps, elements)."""
    stepper.reset()
    results = []
    for index in range(len(workload.frames)):
        stepper.step(index)
        results.append(stepper.result())
    return np.array(results)


def run(workload, files, seconds):
    """{contestant: {min_us, median_us, steps, snr_db}}"""
    steppers = {name: contestants.begin(name, path, workload) for name, path in files.items()}
    ratios = {
        name: signal_to_noise(whole_sequence(stepper, workload), workload.reference)
        for name, stepper in steppers.items()
    }
    times = {name: [] for name in steppers}
    length = len(workload.frames) // BLOCK * BLOCK
    first = length
    now = time.perf_counter_ns
    end = now() + int(seconds * 1e9)
    rounds = 0
    while now() < end:
        if first == length:
            first = 0
            for stepper in steppers.values():
                stepper.reset()
        for name, stepper in steppers.items():
            step, block = stepper.step, []
            for index in range(first, first + BLOCK):
                start = now()
                step(index)
                block.append(now() - start)
            if rounds >= PATIENCE:
                times[name] += block
        first += BLOCK
        rounds += 1
    return {
        name: {
            "min_us": min(taken) / 1000, "median_us": statistics.median(taken) / 1000, "steps": len(taken),
            "snr_db": round(ratios[name], 1),
        }
        for name, taken in times.items()
    }
