"""Networks with random weights: the classic text line, a separable one, recurrent layers alone."""

import functools

import numpy as np

from .networks import recurrent, text_lines
from .workload import Workload, of_sequences

LAYERS = [(operator, size) for operator in ("LSTM", "GRU") for size in (128, 256, 512)]
STEPS, FRAMES = 100, 240
# ONNX Runtime's dynamic int8 is the fastest peer on whole LSTM sequences; GRU are compared with float peers.
SEQUENCE_DB = {"LSTM": 37.5, "GRU": None}
LINE_DB = {"classic": 30.5, "separable": 32}


def text_line(network, width: int, turn: int, folder) -> Workload:
    """A network that reads grey images of 32 rows."""
    name = f"{network.__name__}_32x{width}"
    folder = folder / name
    images = _images(np.random.default_rng(width), turn * 3 + 12, width)
    lines = images.astype(np.float32) / 255

    def write():
        folder.mkdir(parents=True, exist_ok=True)
        network(folder / "network.onnx", width)
        np.savez(folder / "calibration.npz", x=images[-12:])

    return of_sequences(
        name, f"one line of 32x{width}", folder / "network.onnx", lines[:-12], lines[-12:], shape=(1, 1, 32, width),
        time=3, turn=turn, is_real=False, write=write, options=["--input-layout", "NHT"],
        peer_db=LINE_DB[network.__name__], calibration_file=folder / "calibration.npz")


def _images(random, count: int, width: int):
    """Blurred strokes: neighbours are alike, as in images of text."""
    coarse = random.integers(0, 256, (count, 8, width // 4))
    fine = coarse.repeat(4, axis=1).repeat(4, axis=2)
    return np.clip(fine + random.normal(0, 12, fine.shape), 0, 255).astype(np.uint8)


def layer_sequence(operator: str, size: int, folder) -> Workload:
    """A recurrent layer over a hundred steps."""
    name, random = f"{operator.lower()}_{size}_sequence", np.random.default_rng(size)
    folder = folder / name
    inputs = random.normal(0, 1, (36, STEPS, size)).astype(np.float32)

    def write():
        folder.mkdir(parents=True, exist_ok=True)
        recurrent.sequence(folder / "network.onnx", operator, size, STEPS)
        np.savez(folder / "calibration.npz", x=inputs[24:])

    return of_sequences(
        name, f"{STEPS} steps", folder / "network.onnx", inputs[:24], inputs[24:], shape=(STEPS, 1, size), time=0,
        turn=12 if size < 512 else 6, is_real=False, write=write, options=[], peer_db=SEQUENCE_DB[operator],
        calibration_file=folder / "calibration.npz")


def layer_step(operator: str, size: int, folder) -> Workload:
    """A recurrent layer step by step, its state carried on."""
    name, random = f"{operator.lower()}_{size}_step", np.random.default_rng(size)
    folder = folder / name
    inputs = random.normal(0, 1, (FRAMES + 4 * STEPS, size)).astype(np.float32)
    calibration = inputs[FRAMES:].reshape(4, STEPS, size)
    states = recurrent.STATES[operator]

    def write():
        folder.mkdir(parents=True, exist_ok=True)
        recurrent.step(folder / "network.onnx", operator, size)
        np.savez(folder / "calibration.npz", x=calibration)

    return Workload(
        name, "one step", 1, folder / "network.onnx", inputs[:FRAMES], np.zeros((FRAMES, 0), np.float32),
        list(calibration), states, is_real=False, write=write, calibration_file=folder / "calibration.npz",
        options=[word for pair in states for word in ("--state", "=".join(pair))])


def all_in(folder) -> dict:
    """Makers of the workloads by name."""
    lines = ((text_lines.classic, 100, 2), (text_lines.classic, 320, 2), (text_lines.separable, 160, 8))
    makers = {f"{network.__name__}_32x{width}": functools.partial(text_line, network, width, turn, folder)
              for network, width, turn in lines}
    for operator, size in LAYERS:
        makers[f"{operator.lower()}_{size}_step"] = functools.partial(layer_step, operator, size, folder)
        makers[f"{operator.lower()}_{size}_sequence"] = functools.partial(layer_sequence, operator, size, folder)
    return makers
