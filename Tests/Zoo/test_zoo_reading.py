"""crnn read on the captchas as image files: the texts of the arrays, and hardly others in other formats."""

import csv
import io
import json
import subprocess

import numpy as np
import pytest
from PIL import Image
from test_zoo_streaming import TOOL, ZOO, convert, crnn, pytestmark  # noqa: F401


@pytest.fixture(scope="module")
def captcha(tmp_path_factory):
    """The folder of captcha_crnn.crnn, its 400 test images as arrays, and the texts that the arrays give."""
    folder = tmp_path_factory.mktemp("reading")
    model = convert(
        folder, "captcha_crnn", "model.onnx", "--preprocess", "grey,resize=200x50:pillow:bilinear,scale=1/255"
    )
    images = np.load(ZOO / "captcha_crnn/test.npz")["x"]
    texts = []
    for values in model.run(list(images.transpose(0, 2, 1)), threads=2):
        best = values.argmax(axis=1)
        is_new = np.append(True, best[1:] != best[:-1]) & (best != int(model.text("ctc.blank")))
        texts.append("".join(model.alphabet[index] for index in best[is_new]))
    return folder, images, texts


def save(folder, name, images, suffix="png", **options):
    (folder / name).mkdir()
    for index, image in enumerate(images):
        image.save(folder / name / f"{index:03}.{suffix}", **options)
    return folder / name


def read(folder, pictures, *options):
    command = [TOOL, "read", folder / "captcha_crnn.crnn", pictures, "--format", "csv", *options]
    result = subprocess.run(command, capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return list(csv.DictReader(io.StringIO(result.stdout.decode(), newline="")))


def test_the_texts_of_the_arrays(captcha):
    folder, images, texts = captcha
    pictures = save(folder, "grey", map(Image.fromarray, images))
    rows = read(folder, pictures, "--threads", "2")
    assert [row["text"] for row in rows] == texts
    assert all(0 < float(row["confidence"]) <= 1 for row in rows)
    assert read(folder, pictures, "--threads", "1", "--batch", "1") == rows
    # As many are right as crnn evaluate says.
    command = [
        TOOL,
        "evaluate",
        folder / "captcha_crnn.crnn",
        ZOO / "captcha_crnn/test.npz",
        "--json",
        folder / "arrays.json",
    ]
    subprocess.run(command, check=True, capture_output=True)
    truth = np.load(ZOO / "captcha_crnn/test.npz")["y"]
    (folder / "truth.csv").write_text(
        "file,text\n" + "".join(f"{index:03}.png,{text}\n" for index, text in enumerate(truth))
    )
    read(folder, pictures, "--expect", folder / "truth.csv", "--json", folder / "files.json")
    scores = json.loads((folder / "files.json").read_text())["scores"]
    assert scores["accuracy_percent"] == json.loads((folder / "arrays.json").read_text())["accuracy_percent"]
    assert scores["right"] == sum(text == right for text, right in zip(texts, truth))
    assert 0 < scores["character_error_rate_percent"] < 5


def as_16_bits(image):
    return Image.fromarray(image.astype(np.uint16) * 257)


def as_palette(image):
    return Image.fromarray(image).convert("RGB").quantize(256)


def with_alpha(image):
    """Black ink that covers as much as the image is dark: over white it is the image."""
    return Image.fromarray(np.dstack([np.zeros_like(image)] * 3 + [255 - image]))


@pytest.mark.parametrize(
    "name, change, suffix, options",
    [
        ("jpeg", Image.fromarray, "jpg", {"quality": 95}),
        ("bits", as_16_bits, "png", {}),
        ("palette", as_palette, "png", {}),
        ("alpha", with_alpha, "png", {}),
    ],
)
def test_other_formats_give_the_same_text(captcha, name, change, suffix, options):
    folder, images, texts = captcha
    rows = read(folder, save(folder, name, map(change, images), suffix, **options), "--threads", "2")
    same = sum(row["text"] == text for row, text in zip(rows, texts))
    assert len(rows) == len(texts) and same >= 0.99 * len(texts), f"{same} of {len(texts)}"


def test_python_reads_images(captcha):
    """`Model.read` on pictures, alone and many, gives the texts of the arrays, and spans inside the picture."""
    folder, images, texts = captcha
    model = crnn.Model(folder / "captcha_crnn.crnn")
    pictures = [Image.fromarray(image) for image in images[:20]]
    assert [line.text for line in model.read(pictures, threads=2)] == texts[:20]
    line = model.read(images[0])
    assert line.text == texts[0] and 0 < line.confidence <= 1
    spans = [symbol.input for symbol in line.symbols]
    assert all(0 <= span[0] and span[-1] < images.shape[2] for span in spans) and len(spans) == len(texts[0])
    assert model.read([]) == []
