"""Model.read: what the decoder gives for the prepared images, with places in the picture, for every kind of source."""

import math

import crnn
import numpy as np
import pytest
from PIL import Image

RECIPE = "grey,resize=*x6:pillow:bilinear,scale=1/255"


@pytest.fixture
def model(models):
    """Columns of 6 pixels in; it reads a, b, c, ß."""
    return crnn.Model(models / "text.crnn")


@pytest.fixture(scope="module")
def pictures():
    random = np.random.default_rng(12)
    return [random.integers(0, 256, (*random.integers(8, 60, 2), 3)[: 2 + index % 2], np.uint8) for index in range(30)]


@pytest.fixture(scope="module")
def paths(pictures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lines")
    for index, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"{index:02}.png")
    return sorted(folder.iterdir())


def columns(pixels):
    """The recipe in Pillow; floats as the network takes its bytes."""
    height, width = pixels.shape[:2]
    image = Image.fromarray(pixels).convert("L").resize((max(1, (12 * width + height) // (2 * height)), 6), 2)
    return np.asarray(image).T


def test_lines_are_what_the_decoder_gives(model, models, pictures, paths):
    options = {"width": 8, "lexicon": models / "text.lexicon", "ngram": models / "text.ngram", "ngram_weight": 0.4}
    lines = model.read(paths, best=3, recipe=RECIPE, **options)
    decoder = model.decoder(**options)
    for line, pixels, path in zip(lines, pictures, paths):
        decoder.read(columns(pixels))
        expected = decoder.alternatives(3)
        assert line.file == str(path) and line.error is None
        assert [reading.text for reading in line.alternatives] == [reading.text for reading in expected]
        assert [reading.score for reading in line.alternatives] == [reading.score for reading in expected]
        assert line.text == expected[0].text and line.confidence == expected[0].confidence
        for symbol, other in zip(line.symbols, expected[0].symbols):
            assert (symbol.input, symbol.frames, symbol.confidence) == (other.input, other.frames, other.confidence)
            left, top, right, bottom = symbol.box
            assert other.box is None and 0 <= left < right <= pixels.shape[1] and (top, bottom) == (0, pixels.shape[0])
    assert any(line.symbols for line in lines)


def test_every_kind_of_source(model, pictures, paths):
    texts = [(line.text, line.confidence, line.symbols) for line in model.read(paths, recipe=RECIPE)]
    for sources in (pictures, [path.read_bytes() for path in paths], map(Image.open, paths), paths[::1]):
        for threads in (1, 3):
            sources = list(sources)
            lines = model.read(sources, recipe=RECIPE, threads=threads)
            assert [(line.text, line.confidence, line.symbols) for line in lines] == texts
    assert model.read(pictures[3], recipe=RECIPE).text == texts[3][0]
    assert model.read([], recipe=RECIPE) == []


def test_rows_and_errors(model, models, paths, tmp_path, last_model):
    lines = model.read([paths[0], tmp_path / "absent.png", b"no image"], recipe=RECIPE, width=4, best=2, threads=2)
    assert [line.error is None for line in lines] == [True, False, False]
    row = lines[0].row
    assert list(row) == ["file", "text", "confidence", "text_2", "confidence_2", "error"]
    assert row["text"] == lines[0].text
    assert lines[1].text is None and math.isnan(lines[1].confidence) and "No such file" in lines[1].row["error"]
    with pytest.raises(crnn.ImageError):
        model.read(b"no image", recipe=RECIPE)
    with pytest.raises(crnn.ImageError, match="preprocess"):
        model.read(paths)
    with pytest.raises(crnn.ArgumentError, match="alphabet"):
        last_model.read(paths)
    for words in ({"best": 0}, {"width": 2000}, {"threads": 0}, {"recipe": 1}, {"lexicon": models / "text.lexicon"}):
        with pytest.raises(crnn.ArgumentError):
            model.read(paths, **{"recipe": RECIPE, **words})
    with pytest.raises(crnn.ImageError, match="maximum_pixels"):
        model.read(paths[0], recipe=RECIPE, maximum_pixels=3)
    long = np.tile(np.arange(256, dtype=np.uint8), (6, 40))
    line = model.read(long, recipe=RECIPE)
    assert not line.alternatives[0].is_truncated
    assert model.read(long, recipe=RECIPE, maximum_symbols=1).alternatives[0].is_truncated == (len(line.text) >= 1)
