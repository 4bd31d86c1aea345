"""Whole sequences through networks that others trained, with their own test data."""

import numpy as np

from .workload import Workload, of_sequences

CLIPS = 24  # of the test set, in turn
CALIBRATION = 40


def _arrays(folder):
    return [np.load(folder / file, allow_pickle=True) for file in ("test.npz", "calib.npz")]


def captcha_crnn(zoo) -> Workload:
    folder = zoo / "captcha_crnn"
    test, calibration = (image_columns(arrays["x"]) for arrays in _arrays(folder))
    return of_sequences(
        "captcha_crnn", "one line of 200x50", folder / "model.onnx", test[:CLIPS], calibration[:CALIBRATION],
        shape=(1, 1, 200, 50), time=2, turn=4, peer_db=40.5)


def image_columns(pixels):
    """Grey images of (height, width) as the captcha network takes them: (width, height), 0 to 1."""
    return (pixels.astype(np.float32) / 255).swapaxes(-1, -2)


def _keywords(zoo, name: str, peer_db=None) -> Workload:
    folder = zoo / name
    test, calibration = _arrays(folder)
    return of_sequences(
        name, "one clip of 1 s", folder / "model.onnx", test["x"][:CLIPS], calibration["x"][:CALIBRATION],
        shape=(1, *test["x"].shape[1:]), time=1, turn=12, peer_db=peer_db)


def hello_edge_crnn_s(zoo) -> Workload:
    return _keywords(zoo, "hello_edge_crnn_s", peer_db=27)


def hello_edge_basic_lstm_s(zoo) -> Workload:
    return _keywords(zoo, "hello_edge_basic_lstm_s", peer_db=23.5)


def hello_edge_gru_s(zoo) -> Workload:
    return _keywords(zoo, "hello_edge_gru_s")


def music_tagger_crnn(zoo) -> Workload:
    folder = zoo / "music_tagger_crnn"
    test, calibration = _arrays(folder)
    return of_sequences(
        "music_tagger_crnn", "one clip of 29 s", folder / "model.onnx", test["x"], calibration["x"],
        shape=(1, 1, 96, 1366), time=3, turn=1)


def mnist_lstm(zoo) -> Workload:
    folder = zoo / "mnist_lstm"
    test, calibration = _arrays(folder)
    return of_sequences(
        "mnist_lstm", "one digit", folder / "model.onnx", test["x"][:CLIPS] / 255, calibration["x"][:CALIBRATION] / 255,
        shape=(1, 28, 28), time=1, turn=12,
        tflite={"LiteRT float": folder / "original.tflite", "LiteRT int8": folder / "original_int8.tflite"})


def gpvad_sre(zoo) -> Workload:
    folder = zoo / "gpvad_sre"
    test, calibration = _arrays(folder)
    frames = 500

    def pieces(spectrum):
        return spectrum[: len(spectrum) // frames * frames].reshape(-1, frames, 64)

    return of_sequences(
        "gpvad_sre", "10 s", folder / "model.onnx", pieces(test["x_test"]), pieces(calibration["x"]),
        shape=(1, frames, 64), time=1, turn=2, peer_db=28)


ALL = (
    captcha_crnn, hello_edge_crnn_s, hello_edge_gru_s, hello_edge_basic_lstm_s, music_tagger_crnn, mnist_lstm,
    gpvad_sre,
)
