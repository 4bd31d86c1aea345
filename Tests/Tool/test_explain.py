"""crnn explain: the document is what Python gives, pictures are whole, bad input is refused with a reason."""

import base64
import io
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

import numpy as np
import pytest
from command_line import DONE, FAILURE, MODELS, ROOT, USAGE, crnn, needs_tool
from PIL import Image

LAST, TEXT = MODELS / "last.crnn", MODELS / "text.crnn"
RECIPE = "grey"

pytestmark = needs_tool


def run(*arguments, status=DONE):
    return crnn("explain", *arguments, status=status)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "line.png"
    Image.fromarray(np.random.default_rng(3).integers(0, 256, (6, 40), dtype=np.uint8)).save(path)
    return path


@pytest.fixture
def package():
    sys.path.insert(0, str(ROOT / "bindings/python"))
    import crnn

    return crnn


def test_the_document_of_a_text_is_what_python_gives(image, package):
    why = package.Model(TEXT).explain(image, recipe="grey")
    document = json.loads(run(TEXT, image, "--preprocess", "grey", "--json", "-"))
    assert list(document) == ["model", "file", "image", "text", "symbols", "answer", "probability", "map", "runs"]
    assert document["image"] == {"width": 40, "height": 6}
    assert document["text"] == document["answer"] == why.text and document["runs"] == why.runs
    assert np.float32(document["probability"]) == np.float32(why.confidence)
    assert (np.array(document["map"]["falls"], np.float32) == why.map).all()
    assert document["map"]["cell"] == {"width": why.cell[0], "height": why.cell[1]}
    assert document["map"]["patch"] == {"width": 2 * why.cell[0], "height": 2 * why.cell[1]}
    for symbol, expected in zip(document["symbols"], why.symbols, strict=True):
        box = expected.box
        assert symbol["text"] == expected.text and np.float32(symbol["confidence"]) == np.float32(expected.confidence)
        assert (*symbol["columns"], *symbol["rows"]) == (box[0], box[2], box[1], box[3])
        assert symbol["frames"] == [expected.frames.start, expected.frames.stop - 1]


def test_the_document_of_a_class_is_what_python_gives(image, package):
    why = package.Model(LAST).explain(image, answer="4", cell=3, patch=1)
    document = json.loads(run(LAST, image, "--answer", "4", "--cell", "3", "--patch", "1", "--json", "-"))
    assert list(document) == ["model", "file", "image", "answer", "class", "confidence", "map", "runs"]
    assert document["answer"] == "4" and document["class"] == 4
    assert (np.array(document["map"]["falls"], np.float32) == why.map).all()


def test_the_same_bytes_on_any_threads(image, tmp_path):
    results = []
    for threads in ("1", "2", "5"):
        out = tmp_path / f"{threads}.png"
        run(TEXT, image, "--preprocess", "grey", "-o", out, "--json", tmp_path / "j", "--threads", threads)
        results.append((out.read_bytes(), (tmp_path / "j").read_bytes()))
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("model, options", [(TEXT, ["--preprocess", "grey"]), (LAST, [])])
def test_pictures_are_whole(image, tmp_path, model, options):
    svg, png = tmp_path / "why.svg", tmp_path / "why.PNG"
    text = run(model, image, *options, "-o", svg)
    run(model, image, *options, "-o", png)
    root = xml.etree.ElementTree.parse(svg).getroot()
    size = float(root.get("width")), float(root.get("height"))
    with Image.open(png) as picture:
        picture.load()
        assert picture.mode == "RGB" and picture.size == (2 * size[0], 2 * size[1])
        # It lies on white, and nothing is cut.
        pixels = np.asarray(picture)
        assert all((edge == 255).all() for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]))
        assert 0.02 < (pixels != 255).any(2).mean() < 0.9
    words = " ".join(root.itertext())
    assert text.split()[0] in words and "hidden" in words and "40 × 6 pixels" in words
    # The image stands in it, and the map.
    embedded = re.findall(r"base64,([A-Za-z0-9+/=]+)", svg.read_text())
    sizes = []
    for content in embedded:


        with Image.open(io.BytesIO(base64.b64decode(content, validate=True))) as part:
            part.load()
            sizes.append(part.size)
    assert sizes[:2] == [(40, 6), (40, 6)]


def test_characters_outside_ascii(image, tmp_path):
    svg, png = tmp_path / "why.svg", tmp_path / "why.png"
    run(TEXT, image, "--preprocess", "grey", "--answer", "aß", "-o", svg)
    assert ">aß</text>" in svg.read_text()
    run(TEXT, image, "--preprocess", "grey", "--answer", "aß", "-o", png)
    Image.open(png).load()


def test_large_images_are_drawn_smaller(tmp_path):
    image, svg = tmp_path / "large.png", tmp_path / "why.svg"
    Image.new("RGB", (4000, 1000), "navy").save(image)
    run(LAST, image, "-o", svg)
    assert svg.stat().st_size < 200_000


@pytest.mark.parametrize(
    "arguments, status, reason",
    [
        ([LAST, "IMAGE", "-o", "why.gif"], USAGE, "neither called .svg nor .png"),
        ([LAST, "IMAGE", "--cell", "5000"], USAGE, "--cell takes 1 to 4096"),
        ([LAST, "IMAGE", "--patch", "0"], USAGE, "--patch takes 1 to 64"),
        ([LAST, "IMAGE", "--threads", "0"], USAGE, "--threads takes"),
        ([LAST, "IMAGE", "-o", "IMAGE"], USAGE, "which would be lost"),
        ([LAST, "absent.png"], FAILURE, "absent.png"),
        ([LAST, ROOT / "README.md"], FAILURE, "neither a PNG nor a JPEG"),
        ([TEXT, "IMAGE"], FAILURE, "crnn convert --preprocess"),
        ([TEXT, "IMAGE", "--preprocess", "gray"], FAILURE, "'gray'"),
        ([TEXT, "IMAGE", "--preprocess", "grey", "--answer", "ax"], FAILURE, "the alphabet has no 'x'"),
        ([LAST, "IMAGE", "--answer", "ten"], FAILURE, "no class is called 'ten'; there are: 0, 1"),
        ([LAST, "IMAGE", "--answer", "17"], FAILURE, "no class 17"),
        ([LAST, "IMAGE", "--maximum-pixels", "100"], FAILURE, "40 x 6"),
        ([LAST, "IMAGE", "-o", "/dev/full/why.png"], FAILURE, "cannot write"),
        ([MODELS / "pair.crnn", "IMAGE", "--preprocess", "grey"], FAILURE, "2 inputs"),
        ([LAST, "IMAGE", "--width", "4"], FAILURE, "has no alphabet"),
        ([TEXT, "IMAGE", "--width", "1025"], USAGE, "--width takes 0 to 1024"),
        ([TEXT, "IMAGE", "--width", "0", "--lexicon", "words.txt"], USAGE, "--width of at least 1"),
        ([TEXT, "IMAGE", "--preprocess", "grey", "--lexicon", "absent.txt"], FAILURE, "absent.txt"),
    ],
)
def test_refusals(image, arguments, status, reason):
    before = image.read_bytes()
    message = run(*[image if word == "IMAGE" else word for word in arguments], status=status)
    assert reason in message
    assert image.read_bytes() == before and not pathlib.Path("why.gif").exists()


def test_text_is_read_as_crnn_read_does(image, package):
    """A beam, a lexicon as text or packed and an n-gram model; a text as long as its line."""
    lexicon, model = MODELS / "text.lexicon", package.Model(TEXT)
    options = [TEXT, image, "--preprocess", RECIPE]
    packed = json.loads(run(*options, "--lexicon", lexicon, "--json", "-"))
    why = model.explain(image, recipe=RECIPE, width=16, lexicon=lexicon.read_bytes())
    assert packed["text"] == why.text and packed["probability"] == pytest.approx(why.confidence)
    assert packed["text"] in (MODELS / "text.lexicon.txt").read_text().split("\n")
    assert packed["text"] != json.loads(run(*options, "--json", "-"))["text"]
    assert json.loads(run(*options, "--lexicon", MODELS / "text.lexicon.txt", "--json", "-")) == packed
    ngram = ["--ngram", MODELS / "text.ngram", "--ngram-weight", "0.7", "--width", "8", "--insertion-bonus", "1"]
    found = json.loads(run(*options, *ngram, "--json", "-"))["text"]
    given = {"width": 8, "ngram": (MODELS / "text.ngram").read_bytes(), "ngram_weight": 0.7, "insertion_bonus": 1}
    assert found == model.read(image, recipe=RECIPE, **given).text
