"""Model.classify: what run gives, for paths, bytes, pixels and images of Pillow, one or many, on any threads."""

import io
import math
import pathlib

import crnn
import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def pictures():
    random = np.random.default_rng(11)
    shapes = [(*random.integers(3, 60, 2), 3)[: 2 + index % 2] for index in range(40)]
    return [random.integers(0, 256, shape, dtype=np.uint8) for shape in shapes]


@pytest.fixture(scope="module")
def paths(pictures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for index, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(folder / f"{index:02}.png")
    return sorted(folder.iterdir())


def test_rows_are_what_run_gives(last_model, pictures, paths):
    rows = last_model.classify(paths, top=3)
    for row, pixels, path in zip(rows, pictures, paths):
        scores = last_model.run(last_model.prepare(pixels))
        best = np.argsort(-scores, kind="stable")
        assert row["file"] == str(path) and row["error"] is None
        assert [row["label"], row["label_2"], row["label_3"]] == [last_model.labels[index] for index in best[:3]]
        assert row["confidence"] == scores[best[0]] and row["confidence_3"] == scores[best[2]]
    assert list(rows[0]) == [
        "file",
        "label",
        "confidence",
        "label_2",
        "confidence_2",
        "label_3",
        "confidence_3",
        "error",
    ]


def test_every_kind_of_source(last_model, pictures, paths):
    expected = [{**row, "file": None} for row in last_model.classify(paths)]
    for sources in (
        pictures,
        [path.read_bytes() for path in paths],
        [Image.open(path) for path in paths],
        (pixels for pixels in pictures),
    ):
        assert last_model.classify(sources) == expected
    assert last_model.classify(pictures[3]) == expected[3]
    assert last_model.classify(str(paths[3])) == {**expected[3], "file": str(paths[3])}
    assert last_model.classify(Image.open(paths[3])) == last_model.classify(paths[3].read_bytes()) == expected[3]
    assert last_model.classify([]) == []


def test_threads_and_order_change_nothing(last_model, paths):
    rows = last_model.classify(paths, threads=1)
    for threads in (2, 3, 50):
        assert last_model.classify(paths, threads=threads) == rows
    assert last_model.classify(paths[::-1], threads=2) == rows[::-1]


def test_what_cannot_be_read_is_a_row(last_model, paths, tmp_path):
    absent = tmp_path / "absent.png"
    rows = last_model.classify([paths[0], absent, b"no image", paths[1]], threads=2, top=2)
    assert [row["error"] is None for row in rows] == [True, False, False, True]
    assert "No such file" in rows[1]["error"] and "neither a PNG nor a JPEG" in rows[2]["error"]
    assert rows[1]["label"] is rows[1]["label_2"] is None and math.isnan(rows[1]["confidence"])
    with pytest.raises(crnn.RuntimeEnvironmentError, match="No such file"):
        last_model.classify(absent)
    with pytest.raises(crnn.ImageError):
        last_model.classify(b"no image")


def test_three_classes_where_nothing_is_said(last_model, pictures):
    """As `crnn classify` names where nothing is said."""
    row = last_model.classify(pictures[0])
    assert list(row) == ["file", "label", "confidence", "label_2", "confidence_2", "label_3", "confidence_3", "error"]
    assert row == last_model.classify(pictures[0], top=3)
    assert list(last_model.classify(pictures[0], top=1)) == ["file", "label", "confidence", "error"]


def test_options(last_model, pictures, stream_model, pair_model):
    row = last_model.classify(pictures[0], top=20)
    assert row["label_11"] is None and math.isnan(row["confidence_11"]) and row["label_10"] is not None
    assert sum(row[f"confidence_{rank}"] for rank in range(2, 11)) + row["confidence"] == pytest.approx(1, abs=1e-5)
    inverted = last_model.classify(255 - pictures[0], recipe="grey,resize=10x12:pillow:bilinear")
    assert inverted == last_model.classify(pictures[0])
    content = io.BytesIO()
    Image.fromarray(pictures[0]).save(content, "PNG")
    with pytest.raises(crnn.ImageError, match="maximum_pixels"):
        last_model.classify(content.getvalue(), maximum_pixels=2)
    with pytest.raises(crnn.ImageError, match="preprocess"):
        stream_model.classify([])
    with pytest.raises(crnn.ArgumentError, match="inputs"):
        pair_model.classify(pictures, recipe="grey")
    for words in ({"top": 0}, {"threads": 0}, {"recipe": 3}, {"top": 1.5}):
        with pytest.raises(crnn.ArgumentError):
            last_model.classify(pictures, **words)
    with pytest.raises(crnn.ArgumentError, match="uint8"):
        last_model.classify([np.zeros((3, 3))])
    # Without names, a class is its number.
    row = stream_model.classify(pictures[0], recipe="grey,resize=30x8:pillow:box,mean=0")
    assert row["label"] in {"0", "1", "2", "3", "4"}


def test_paths_of_any_bytes(last_model, paths, tmp_path):
    odd = pathlib.Path(tmp_path, '\udcff, \n".png')
    odd.write_bytes(paths[0].read_bytes())
    assert last_model.classify([odd])[0] == {**last_model.classify(paths[0]), "file": str(odd)}
