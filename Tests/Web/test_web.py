"""The page of tools/web in a headless Chromium: draws digits, drops pictures of lines, reads the answers from the page,
takes a picture."""

import json
import pathlib
import subprocess
import sys

import crnn
import numpy as np
import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEB = ROOT / "build/web"
MODELS = ROOT / "build/tests/models"
sys.path.insert(0, str(ROOT / "tools/web"))

from browser import BROWSER, serve  # noqa: E402

pytestmark = [
    pytest.mark.skipif(not BROWSER, reason="no Chromium is installed"),
    pytest.mark.skipif(not (ROOT / "build/cross/wasm32-simd128/crnn.wasm").exists(), reason="make cross was not run"),
]

# Strokes on the paper of 280 x 280.
DRAWINGS = {
    "1": [[(140, 50), (140, 230)]],
    "7": [[(80, 60), (200, 60), (130, 230)]],
    "0": [[(140, 50), (95, 80), (80, 140), (95, 200), (140, 230), (185, 200), (200, 140), (185, 80), (140, 50)]],
}

# A hand for the page; BODY is what it does.
HAND = (ROOT / "Tests/Web/hand.html").read_text()


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """Three pictures of lines: grey, in colour, and with a transparent ground."""
    folder = tmp_path_factory.mktemp("lines")
    random = np.random.default_rng(3)
    for name, shape in (("0", (24, 160)), ("1", (11, 77, 3)), ("2", (40, 300, 4))):
        pixels = random.integers(0, 256, shape, np.uint8)
        if len(shape) == 3 and shape[2] == 4:
            pixels[..., 3] = np.where(pixels[..., 3] > 127, 255, 0)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


@pytest.fixture(scope="module")
def server(lines):
    subprocess.run([ROOT / "tools/web/build", MODELS / "lines.crnn", lines], check=True)
    with serve(WEB) as server:
        yield server


def in_page(server, body):
    """What `body`, JavaScript with the functions of HAND, returns."""
    (WEB / "hand.html").write_text(HAND.replace("BODY", body))
    answer = json.loads(server.answer("hand.html"))
    assert not isinstance(answer, dict) or "failed" not in answer, answer["failed"]
    return answer


def test_reads_what_is_drawn(server, tmp_path):
    drawings = json.dumps(list(DRAWINGS.values()))
    answers, about = in_page(server, f"""return [{drawings}.map(draw), at("about").textContent];""")
    print(answers, about)
    assert answers == list(DRAWINGS)
    assert "simd128" in about
    picture = tmp_path / "page.png"
    server.picture("hand.html", picture, "--window-size=700,1400")
    assert len(np.unique(np.asarray(Image.open(picture).convert("L")))) > 50


def test_reads_what_is_drawn_by_keys(server):
    keys = json.dumps(["ArrowUp"] * 5 + [" "] + ["ArrowDown"] * 25)
    assert in_page(server, f"return type({keys});") == "1"


def test_reads_lines_as_python_does(server, lines):
    model = crnn.Model(MODELS / "lines.crnn")
    (WEB / "dropped.png").write_bytes((lines / "1.png").read_bytes())
    shown = in_page(server, """
        at("samples").children[0].click();
        while (at("line").hidden) await wait(10);
        const first = shown();
        return [first, await drop("dropped.png"), await drop("lines/2.png")];""")
    for index, found in enumerate(shown):
        expected = model.read(lines / f"{index}.png", width=16)
        width, height = Image.open(lines / f"{index}.png").size
        prepared = len(model.prepare(lines / f"{index}.png"))
        assert found["isShown"]
        assert found["text"] == expected.text
        assert f"Confidence {100 * expected.confidence:.1f} %" in found["about"]
        assert f"{width} × {height}" in found["about"]
        assert len(found["spans"]) == len(found["symbols"]) == len(expected.symbols) > 0
        for symbol, row, (text, left, across) in zip(expected.symbols, found["symbols"], found["spans"]):
            start, stop = symbol.input.start / prepared, symbol.input.stop / prepared
            assert text == symbol.text
            assert left == pytest.approx(100 * start, abs=1e-3)
            assert across == pytest.approx(100 * (stop - start), abs=1e-3)
            assert row[:2] == [symbol.text, f"{100 * symbol.confidence:.1f} %"]


def test_says_what_it_cannot_read(server):
    (WEB / "no.crnn").write_bytes(b"no model")
    (WEB / "no.png").write_bytes(b"no picture")
    (WEB / "other.crnn").write_bytes((MODELS / "stream.crnn").read_bytes())
    answers = in_page(server, """
        return [await drop("no.png"), await drop("no.crnn"), await drop("other.crnn"), await drop("lines/0.png")];""")
    for answer in answers[:3]:
        assert answer["text"].startswith("That did not work:")
        assert not answer["isShown"]
    assert "alphabet" in answers[2]["text"]
    assert answers[3]["isShown"] and not answers[3]["text"].startswith("That")


def test_asks_nobody_else(server):
    """Nothing in the page names another server."""
    for path in WEB.iterdir():
        if path.suffix in (".html", ".css", ".js") and path.name != "hand.html":
            assert "http" not in path.read_text().replace("http-equiv", ""), path


def test_is_small(server):
    """What a browser loads: one of the two runtimes, and all the rest."""
    kinds = (".html", ".css", ".js", ".wasm", ".crnn")
    sizes = {path.name: path.stat().st_size for path in WEB.iterdir() if path.suffix in kinds}
    sizes.pop("hand.html", None)
    assert sizes["digits.crnn"] <= 400_000
    assert sizes["crnn-scalar.wasm"] <= sizes["crnn.wasm"] <= 150_000
    loaded = sum(size for name, size in sizes.items() if not name.endswith(".crnn") and name != "crnn-scalar.wasm")
    print(loaded)
    assert loaded <= 300_000
