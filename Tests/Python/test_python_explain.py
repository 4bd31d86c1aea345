"""Model.explain: a map of what occlusion changes, the text's probability, where in the image characters were seen."""

import io
import itertools

import crnn
import numpy as np
import pytest
from PIL import Image


def occlusion(prepared, cell, patch, confidence):
    """The map by its definition, of an array height x width; patches lie over its edges too."""
    height, width = prepared.shape
    median = np.sort(prepared.ravel())[(prepared.size - 1) // 2]
    rows, columns = -(-height // cell), -(-width // cell)
    whole, falls = confidence(prepared), np.zeros((rows, columns))
    for row, column in itertools.product(range(1 - patch, rows), range(1 - patch, columns)):
        covered = slice(max(row, 0), row + patch), slice(max(column, 0), column + patch)
        hidden = prepared.copy()
        hidden[max(row, 0) * cell : (row + patch) * cell, max(column, 0) * cell : (column + patch) * cell] = median
        falls[covered] += whole - confidence(hidden)
    return falls / patch**2


@pytest.fixture
def picture(random):
    return random.integers(0, 256, (30, 25), dtype=np.uint8)


@pytest.mark.parametrize("cell, patch", [(1, 1), (2, 2), (3, 3), (20, 1)])
def test_the_map_is_what_its_definition_says(last_model, picture, cell, patch):
    columns = last_model.prepare(picture)
    scores = last_model.run(columns)
    best = scores.argmax()
    why = last_model.explain(picture, cell=cell, patch=patch)
    assert why.answer == last_model.labels[best] and why.confidence == scores[best]
    assert why == why and why in {why}
    assert why.text is None and why.symbols == () and why.size == (25, 30) and why.patch == patch
    assert why.cell == pytest.approx((cell * 25 / 10, cell * 30 / 12))
    expected = occlusion(columns.T, cell, patch, lambda hidden: last_model.run(hidden.T.copy())[best])
    assert np.abs(why.map - expected).max() < 1e-6 and np.abs(why.map).max() > 1e-4


def test_another_class_by_name_or_number(last_model, picture):
    scores = last_model.run(last_model.prepare(picture))
    for answer in ("3", 3):
        why = last_model.explain(picture, answer=answer)
        assert why.answer == "3" and why.confidence == scores[3]


def test_the_same_on_any_threads_and_from_any_source(last_model, picture, tmp_path):
    first = last_model.explain(picture, threads=1)
    content = io.BytesIO()
    Image.fromarray(picture).save(content, "PNG")
    (tmp_path / "a.png").write_bytes(content.getvalue())
    for source, threads in [(picture, 2), (picture, 5), (content.getvalue(), 1), (tmp_path / "a.png", 3)]:
        why = last_model.explain(source, threads=threads)
        assert (why.map == first.map).all() and why.confidence == first.confidence


def test_nothing_elsewhere(models, random):
    """The last frame of this network sees a few columns; hiding others changes nothing at all."""
    model = crnn.Model(models / "wide.crnn")
    picture = random.integers(0, 256, (8, 40), dtype=np.uint8)
    seen = model.span(39, input_frames=40)
    assert 0 < seen.start < 40 == seen.stop
    why = model.explain(picture, cell=1, patch=1, recipe="grey")
    assert (why.map[:, : seen.start] == 0).all() and (why.map[:, seen.start :] != 0).any()


def paths_probability(frames, classes, blank):
    """By all paths that say the text."""
    total = 0.0
    for path in itertools.product(range(frames.shape[1]), repeat=len(frames)):
        said = [label for label, _ in itertools.groupby(path) if label != blank]
        if said == classes:
            total += np.prod([frames[frame, label] for frame, label in enumerate(path)], dtype=np.float64)
    return total


@pytest.mark.parametrize("text", [None, "", "a", "ßa", "bb", "abca", "aaa"])
def test_the_probability_of_a_text_is_the_sum_over_all_ways(models, random, text):
    model = crnn.Model(models / "text.crnn")
    picture = random.integers(0, 256, (6, 8), dtype=np.uint8)
    frames = model.run(picture.T.copy())
    why = model.explain(picture, answer=text, recipe="grey", cell=6)
    read = model.decoder().decode(frames, 8)
    assert why.text == read.text and why.answer == (read.text if text is None else text)
    expected = paths_probability(frames, ["abcß".index(character) + 1 for character in why.answer], 0)
    assert why.confidence == pytest.approx(expected, rel=1e-5, abs=1e-9)
    assert [symbol.text for symbol in why.symbols] == list(read.text)


def test_boxes_lie_where_the_recipe_takes_the_columns_from(models, random):
    model = crnn.Model(models / "text.crnn")
    picture = random.integers(0, 256, (12, 60), dtype=np.uint8)
    # It becomes 30 x 6, from column 5 on.
    why = model.explain(picture, recipe="grey,resize=40x6:pillow:bilinear,pad=centre")
    assert why.symbols and why.size == (60, 12)
    for symbol in why.symbols:
        left, right = (min(max(edge - 5, 0), 30) * 2 for edge in (symbol.input.start, symbol.input.stop))
        assert symbol.box == (left, 0, right, 12)


def test_floats_are_hidden_by_their_median_too(models, random):
    model = crnn.Model(models / "wide.crnn")
    picture = random.integers(0, 256, (8, 12), dtype=np.uint8)
    recipe = "grey,mean=0.5,deviation=0.25"
    prepared = (picture.astype(np.float32) * np.float32(1 / 255) - np.float32(0.5)) / np.float32(0.25)
    best = model.run(prepared.T.copy())[-1].argmax()
    why = model.explain(picture, cell=2, recipe=recipe)
    expected = occlusion(prepared, 2, 2, lambda hidden: model.run(hidden.T.copy())[-1][best])
    assert np.abs(why.map - expected).max() < 1e-5


@pytest.mark.parametrize(
    "options, problem",
    [
        ({"answer": "eleven"}, "no class is called"),
        ({"answer": 11}, "no class 11"),
        ({"cell": 5000}, "cell is 5000"),
        ({"patch": 65}, "patch is 65"),
        ({"threads": 0}, "threads is 0"),
    ],
)
def test_refusals(last_model, picture, options, problem):
    with pytest.raises(crnn.ArgumentError, match=problem):
        last_model.explain(picture, **options)


def test_refusals_of_text(models, random, stream_model, last_model):
    model = crnn.Model(models / "text.crnn")
    picture = random.integers(0, 256, (6, 40), dtype=np.uint8)
    with pytest.raises(crnn.ArgumentError, match="the alphabet has no 'x', which character 2"):
        model.explain(picture, answer="ax", recipe="grey")
    with pytest.raises(crnn.ImageError, match="recipe"):
        model.explain(picture)
    with pytest.raises(crnn.ArgumentError, match="runs of the network"):
        model.explain(random.integers(0, 256, (6, 200_000), dtype=np.uint8), recipe="grey", cell=1)
    with pytest.raises(crnn.ImageError):
        last_model.explain(b"no image")


def test_reads_as_read_does(models, random):
    model = crnn.Model(models / "text.crnn")
    picture = random.integers(0, 256, (6, 40), dtype=np.uint8)
    options = {"width": 8, "lexicon": models / "text.lexicon"}
    why = model.explain(picture, recipe="grey", cell=6, **options)
    line = model.read(picture, recipe="grey", **options)
    assert why.text == line.text and why.symbols == line.symbols
