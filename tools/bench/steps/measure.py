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


def timed(stepper, first, count):
    """Nanoseconds of each of `count` steps. Who runs in another process times itself."""
    if hasattr(stepper, "timed"):
        return stepper.timed(first, count)
    now, step, taken = time.perf_counter_ns, stepper.step, []
    for index in range(first, first + count):
        start = now()
        step(index)
        taken.append(now() - start)
    return taken


def run(workload, files, seconds, begin=contestants.begin, block=BLOCK, patience=PATIENCE):
    """{contestant: {min_us, median_us, steps, snr_db}}"""
    steppers = {name: begin(name, path, workload) for name, path in files.items()}
    ratios = {
        name: signal_to_noise(whole_sequence(stepper, workload), workload.reference)
        for name, stepper in steppers.items()
    }
    times = {name: [] for name in steppers}
    length = len(workload.frames) // block * block
    first = length
    end = time.perf_counter() + seconds
    rounds = 0
    while time.perf_counter() < end or rounds <= patience:
        if first == length:
            first = 0
            for stepper in steppers.values():
                stepper.reset()
        for name, stepper in steppers.items():
            taken = timed(stepper, first, block)
            if rounds >= patience:
                times[name] += taken
        first += block
        rounds += 1
    return {
        name: {
            "min_us": min(taken) / 1000, "median_us": statistics.median(taken) / 1000, "steps": len(taken),
            "snr_db": round(ratios[name], 1),
        }
        for name, taken in times.items()
    }
