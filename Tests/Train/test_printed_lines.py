"""Drawing and distorting printed lines, and the network that reads them through the tool."""

import csv
import os
import pathlib
import subprocess

import line_distortions
import measure_text_lines
import numpy as np
import printed_lines
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("CRNN_TOOL", ROOT / "build/crnn"))
LINES = ROOT / "tools/demo/lines"

needs_fonts = pytest.mark.skipif(
    not printed_lines.WORDS.is_file() or not any(printed_lines.FONTS.glob("open-sans/*.ttf")),
    reason="the fonts and the words are not installed: tools/setup train",
)


@pytest.fixture
def random():
    return np.random.default_rng(1)


@pytest.fixture
def ink():
    """A line of two bars, 32 x 120."""
    line = np.zeros((32, 120), np.float32)
    line[6:26, 20:26] = line[6:26, 90:96] = 1
    return line


@needs_fonts
def test_words_and_fonts_of_the_test_are_not_those_of_training():
    assert not set(printed_lines.words(True)) & set(printed_lines.words(False))
    assert not set(printed_lines.fonts(True)) & set(printed_lines.fonts(False))


@needs_fonts
@pytest.mark.parametrize("is_test", [False, True])
def test_lines_are_drawn_whole(random, is_test):
    for _ in range(50):
        text = printed_lines.text(12, random, is_test)
        line = printed_lines.render(text, random, is_test)
        assert set(text) <= set(printed_lines.ALPHABET) and text == text.strip()
        assert line.shape[0] == printed_lines.HEIGHT and line.shape[1] > 4 * len(text)
        # Paper to the left and to the right.
        assert 0 <= line.min() and line.max() <= 1 and line[:, 0].max() == line[:, -1].max() == 0 < line.max()


@needs_fonts
def test_the_same_seed_draws_the_same_lines():
    def draw():
        random = np.random.default_rng(7)
        text = printed_lines.text(15, random)
        return text, line_distortions.distort(printed_lines.render(text, random), random)

    (first, one), (second, other) = draw(), draw()
    assert first == second and (one == other).all()


def test_no_distortion_leaves_the_line(random, ink):
    assert line_distortions.distort(ink, random, 0) is ink
    assert np.allclose(line_distortions.warp(ink, random, 1e-9), ink, atol=1e-4)


def test_distorted_lines_keep_their_letters_apart(random, ink):
    for _ in range(100):
        line = line_distortions.distort(ink, random)
        assert line.dtype == np.float32 and line.shape[0] == 32 and 0.7 < line.shape[1] / 120 < 1.4
        assert 0 <= line.min() and line.max() <= 1
        # Both bars are still there, on the left and on the right, darker than the paper between them.
        width = line.shape[1]
        profile = line[6:26].mean(0)
        middle = np.median(profile[width // 2 - 8 : width // 2 + 8])
        assert profile[: width // 2].max() > middle + 0.05 and profile[width // 2 :].max() > middle + 0.05


def test_edit_distance():
    pairs = ("", "ab"), ("kitten", "sitting"), ("a b", "a b")
    assert [measure_text_lines.distance(*pair) for pair in pairs] == [2, 3, 0]


@pytest.mark.skipif(not TOOL.is_file(), reason=f"{TOOL} is not built: make")
def test_the_network_reads_the_lines_of_the_demonstration(tmp_path):
    packed, rows = tmp_path / "lines.crnn", tmp_path / "rows.csv"
    convert = [TOOL, "convert", LINES / "text_lines.onnx", "-o", packed, "--calibrate", LINES / "calibration"]
    convert += ["--no-search", "--alphabet", printed_lines.ALPHABET, "--blank", "first"]
    subprocess.run([*convert, "--preprocess", measure_text_lines.PREPROCESS], check=True, capture_output=True)
    subprocess.run([TOOL, "read", packed, LINES / "test", "--format", "csv", "-o", rows], check=True)
    found = {pathlib.Path(row["file"]).name: row["text"] for row in csv.DictReader(rows.open(encoding="utf-8"))}
    truth = {row["file"]: row["text"] for row in csv.DictReader((LINES / "test.csv").open(encoding="utf-8"))}
    assert found.keys() == truth.keys()
    errors = sum(measure_text_lines.distance(found[name], text) for name, text in truth.items())
    # Distorted lines in a font that it was not trained on.
    assert errors <= 0.1 * sum(map(len, truth.values())), found
