"""A few steps of each recipe that needs PyTorch (`make test-torch`)."""

import json
import os
import pathlib
import subprocess

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

import printed_lines  # noqa: E402
import quantised_training  # noqa: E402
import speech  # noqa: E402
import spoken_digits  # noqa: E402
import text_line_network  # noqa: E402
import text_lines  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build/crnn"))
needs_fonts = pytest.mark.skipif(
    not printed_lines.WORDS.is_file() or not any(printed_lines.FONTS.glob("liberation/*.ttf")),
    reason="the fonts and the words are not installed: tools/setup train",
)
needs_tool = pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make")


@pytest.fixture
def folder(tmp_path):
    """Invented recordings in the form of fsdd.npz: digit k is a tone of k + 1 times 200 Hz."""
    random = np.random.default_rng(0)
    time = np.arange(4000) / speech.RATE
    labels = np.tile(np.arange(10), 16)
    clips = [np.sin(2 * np.pi * 200 * (label + 1) * time) * random.uniform(3000, 20000) for label in labels]
    np.savez(
        tmp_path / "fsdd.npz", audio=np.concatenate(clips).astype(np.int16), lengths=np.full(160, 4000), labels=labels,
        index=np.repeat(np.arange(16), 10),
    )  # fmt: skip
    return tmp_path


@needs_fonts
def test_the_network_for_lines_learns():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = text_line_network.TextLine()
    random = np.random.default_rng(3)
    pictures, texts, widths = text_lines.batch(4, random)
    assert pictures.shape[:3] == (4, 1, 32) and pictures.shape[3] % 2 == 0 and len(texts) == 4
    before = text_lines.loss(network, pictures, texts, widths).item()
    text_lines.train(network, steps=12, size=4)
    assert text_lines.loss(network, pictures, texts, widths).item() < before / 2
    assert all(set(text) <= set(printed_lines.ALPHABET) for text in text_line_network.texts(network(pictures)))


@needs_tool
def test_the_network_for_spoken_digits_learns_and_converts(folder, tmp_path):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = spoken_digits.SpokenDigits()
    spoken_digits.train(network, folder, epochs=12, size=16)
    clips, labels, is_test = speech.load(folder)
    inputs = spoken_digits.frames(clips, np.random.default_rng(1), is_distorted=False)
    accuracy = (network(torch.from_numpy(inputs)).argmax(1).numpy() == labels)[is_test].mean()
    # Tones of other loudness at another speed: easy, but only for who has learned.
    assert accuracy > 0.5

    quantised = quantised_training.Quantised(network)
    quantised.calibrate(torch.from_numpy(inputs))
    plain = quantised.plain()
    exact, fused = network(torch.from_numpy(inputs)), plain(torch.from_numpy(inputs))
    assert torch.allclose(exact, fused, atol=1e-4)
    rounded = quantised.scores(torch.from_numpy(inputs)).softmax(1)
    assert 0 < (rounded - exact).abs().max() and (rounded.argmax(1) == exact.argmax(1)).float().mean() > 0.8

    # What the packed network gives with 8 bits everywhere is what training saw.
    spoken_digits.write_onnx(plain, tmp_path / "spoken.onnx")
    np.savez(tmp_path / "data.npz", x=inputs)
    packed = tmp_path / "spoken.crnn"
    convert = [TOOL, "convert", tmp_path / "spoken.onnx", "-o", packed, "--calibrate", tmp_path / "data.npz"]
    convert += ["--no-search", "--tensor", "frames=u8", "--json", tmp_path / "report.json"]
    subprocess.run(convert, check=True)
    assert "frames" not in json.loads((tmp_path / "report.json").read_text())["sixteen_bit_tensors"]
    subprocess.run([TOOL, "run", packed, tmp_path / "data.npz", "-o", tmp_path / "given.npy"], check=True)
    given = np.load(tmp_path / "given.npy").reshape(len(inputs), 10)
    differs = np.abs(given - rounded.detach().numpy()).max()
    assert differs < 0.1 and (given.argmax(1) == rounded.argmax(1).numpy()).mean() > 0.95
