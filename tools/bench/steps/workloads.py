"""The networks that are stepped: what comes in at each step, what must come out, and which state goes round."""

import dataclasses
import pathlib
from typing import Optional

import numpy as np

AUDIO_CONTEXT = 64  # samples before a chunk of silero_vad that the ONNX file wants to see again
AUDIO_HOP = 512


@dataclasses.dataclass(frozen=True)
class Workload:
    """One network.

    Attributes:
        name: of its folder in the zoo.
        unit: what one step is.
        hop: frames of our stream that one step takes.
        source: the ONNX file that gives an output at every step.
        frames: float32, (steps, elements): what is new at each step.
        reference: float32, (steps, elements): what the framework that trained the network gives.
        calibration: like `frames`, from the recordings for calibration; a list of sequences.
        context: elements of the step before that the peers' input needs in front of the new ones.
        state: (input, output) of the peers' one-step ONNX graph that go round; all start at zero.
        tflite: LiteRT files by contestant.
        peer_db: the accuracy of the fastest int8 peer on `frames`, which this library's file must have on calibration
            data (`crnn convert --min-snr`); None where the fastest peer computes in floats.
        options: what `crnn convert` needs beside the calibration data; None where tools/zoo/zoo knows the network.
        calibration_file: the calibration data as `crnn convert` takes them, where `options` are given.
    """

    name: str
    unit: str
    hop: int
    source: pathlib.Path
    frames: np.ndarray
    reference: np.ndarray
    calibration: list
    state: tuple
    context: int = 0
    tflite: dict = dataclasses.field(default_factory=dict)
    peer_db: Optional[float] = None
    options: Optional[list] = None
    calibration_file: Optional[pathlib.Path] = None


def kws_streaming_crnn(zoo):
    folder = zoo / "kws_streaming_crnn"
    test, calibration = np.load(folder / "test.npz"), np.load(folder / "calib.npz")
    return Workload(
        "kws_streaming_crnn", "one frame of 20 ms", 1, folder / "model_causal.onnx", test["long_x"],
        test["long_stream_ref"], list(calibration["x"][:20]),
        (("initial_h", "h_n"), ("mfcc_rows", "mfcc_rows_next"), ("conv1_rows", "conv1_rows_next")), peer_db=35,
        tflite={
            "LiteRT float": folder / "noflex_stream_state_external.tflite",
            "LiteRT dynamic int8": folder / "noflex_stream_state_external_quant.tflite",
        })


def silero_vad(zoo):
    folder = zoo / "silero_vad"
    test, calibration = np.load(folder / "test.npz"), np.load(folder / "calib.npz")
    samples = test["wav_test"].astype(np.float32) / 32768
    chunks = samples[: len(samples) // AUDIO_HOP * AUDIO_HOP].reshape(-1, AUDIO_HOP)
    windows = calibration["x"].astype(np.float32) / 32768
    recordings = [windows[calibration["seq"] == name][:, AUDIO_CONTEXT:] for name in np.unique(calibration["seq"])]
    return Workload(
        "silero_vad", "one chunk of 32 ms", AUDIO_HOP, folder / "model.onnx", chunks,
        test["ref_test"].reshape(len(chunks), -1), recordings,
        (("state", "stateN"),), context=AUDIO_CONTEXT, peer_db=18)


def dtln_model_1(zoo):
    folder = zoo / "dtln_model_1"
    test, calibration = np.load(folder / "test.npz"), np.load(folder / "calib.npz")
    return Workload(
        "dtln_model_1", "one frame of 8 ms", 1, folder / "model.onnx", test["x"], test["ref"],
        [calibration["x"][:300]], (("input_3", "tf_op_layer_stack_2"),), peer_db=23,
        tflite={
            "LiteRT float": folder / "original.tflite",
            "LiteRT dynamic int8": folder / "original_dynamic_range_int8.tflite",
        })


ALL = (kws_streaming_crnn, silero_vad, dtln_model_1)

