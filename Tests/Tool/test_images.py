"""crnn classify: rows in order, alike whatever runs beside them; odd names, unreadable files, interruption, scores."""

import contextlib
import csv
import io
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import time
import zlib

import numpy as np
import pytest
from command_line import DONE, FAILURE, MODELS, ROOT, TOOL, USAGE, needs_tool
from PIL import Image

MODEL = MODELS / "last.crnn"

pytestmark = needs_tool

UNREADABLE, INTERRUPTED = 4, 130


def run(*arguments, status=DONE, input=b"", cwd=None):
    """Runs the tool, expects the exit status, and returns what it wrote to standard output and standard error."""
    result = subprocess.run([TOOL, *arguments], input=input, capture_output=True, check=False, cwd=cwd)
    assert result.returncode == status, result.stdout.decode(errors="replace") + result.stderr.decode(errors="replace")
    return result.stdout, result.stderr.decode()


def rows(output):
    return list(csv.DictReader(io.StringIO(output.decode("utf-8", "surrogateescape"), newline="")))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """300 small images of different sizes, one folder deep in another."""
    folder, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(5)
    (folder / "inner").mkdir()
    for index in range(300):
        shape = (*random.integers(3, 40, 2), 3)[: 2 + index % 2]
        image = Image.fromarray(random.integers(0, 256, shape, dtype=np.uint8))
        image.save(folder / ("inner" if index % 3 == 0 else "") / f"{index:03}.{'jpg' if index % 5 == 0 else 'png'}")
    (folder / "notes.txt").write_text("no image, and not named like one")
    return folder


def test_the_same_rows_whatever_runs_beside_them(pictures):
    first, _ = run("classify", MODEL, pictures, "--threads", "1", "--batch", "1", "--format", "csv", "--top", "3")
    for threads, batch in [("2", "4"), ("3", "7"), ("8", "64")]:
        assert (
            run("classify", MODEL, pictures, "--threads", threads, "--batch", batch, "--format", "csv", "--top", "3")[0]
            == first
        )
    names = [row["file"] for row in rows(first)]
    assert len(names) == 300 and names == sorted(names) and not any(row["error"] for row in rows(first))
    other, _ = run("classify", MODEL, *reversed(names), "--format", "csv", "--top", "3")
    assert rows(other) == rows(first)[::-1]
    listed, _ = run("classify", MODEL, "-", "--format", "csv", "--top", "3", input="\n".join(names).encode())
    assert listed == first
    matched, _ = run("classify", MODEL, f"{pictures}/0*.png", "--format", "csv", "--top", "3")
    assert rows(matched) == [
        row for row in rows(first) if "/0" in row["file"] and "inner" not in row["file"] and ".png" in row["file"]
    ]


def test_the_classes_are_those_of_python(pictures):
    import sys

    sys.path.insert(0, str(ROOT / "bindings/python"))
    import crnn

    model = crnn.Model(MODEL)
    for row in rows(run("classify", MODEL, pictures, "--format", "csv", "--top", "2")[0])[::29]:
        scores = model.run(model.prepare(row["file"]))
        best = np.argsort(-scores, kind="stable")[:2]
        assert [row["label"], row["label_2"]] == [model.labels[index] for index in best]
        assert [np.float32(row["confidence"]), np.float32(row["confidence_2"])] == [scores[index] for index in best]


NAMES = [
    b"with space.png",
    b'comma,quote".png',
    b"line\nfeed.png",
    b"tab\tand\\.png",
    b"\xff\xfe no utf-8 \x80.png",
    "ümläut 字.png".encode(),
    b" edge .png",
    b"\xf0\x9f\x98.png",
]


@pytest.fixture
def odd(tmp_path):
    folder = os.fsencode(tmp_path / "odd")
    os.mkdir(folder)
    content = io.BytesIO()
    Image.new("L", (9, 9), 30).save(content, "PNG")
    for name in NAMES:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content.getvalue())
    return folder


def test_names_survive(odd):
    expected = sorted(os.path.join(odd, name) for name in NAMES)
    output, _ = run("classify", MODEL, odd, "--format", "csv")
    assert [os.fsencode(row["file"]) for row in rows(output)] == expected
    output, _ = run("classify", MODEL, odd, "--format", "jsonl")
    lines = output.decode().splitlines()
    assert [os.fsencode(json.loads(line)["file"]) for line in lines] == expected
    assert all(json.loads(line)["label"] == json.loads(line)["top"][0]["label"] for line in lines)
    output, _ = run("classify", MODEL, odd, "--format", "text")
    assert len(output.splitlines()) == len(NAMES) and b"line\\x0Afeed.png" in output and output.isascii() is False
    # As words of the command line, and as a list.
    output, _ = run("classify", MODEL, *expected, "--format", "csv")
    assert [os.fsencode(row["file"]) for row in rows(output)] == expected
    output, _ = run("classify", MODEL, "-", "-0", "--format", "csv", input=b"\0".join(expected) + b"\0")
    assert [os.fsencode(row["file"]) for row in rows(output)] == expected


def test_unreadable_files_are_rows(tmp_path):
    good = tmp_path / "a.png"
    Image.new("L", (9, 9)).save(good)
    (tmp_path / "b.png").write_bytes(b"no image")
    (tmp_path / "c.jpg").write_bytes(good.read_bytes()[:40])
    (tmp_path / "d.png").symlink_to("nowhere")
    (tmp_path / "e").mkdir()
    (tmp_path / "e/loop").symlink_to("..")
    (tmp_path / "f").symlink_to("f")
    output, message = run(
        "classify", MODEL, tmp_path, tmp_path / "absent.png", tmp_path / "no*", "--format", "csv", status=UNREADABLE
    )
    found = {pathlib.Path(row["file"]).name: row for row in rows(output)}
    assert list(found) == ["a.png", "b.png", "c.jpg", "d.png", "loop", "f", "absent.png", "no*"]
    assert found["a.png"]["label"] and not found["a.png"]["error"]
    for name, reason in {
        "b.png": "neither a PNG nor a JPEG",
        "c.jpg": "damaged",
        "d.png": "No such file",
        "loop": "symbolic link",
        "f": "symbolic links",
        "absent.png": "No such file",
        "no*": "no file matches",
    }.items():
        assert reason in found[name]["error"] and not found[name]["label"]
    assert "7 of 8 images could not be read" in message and "b.png" in message
    lines = run("classify", MODEL, tmp_path, "--format", "jsonl", status=UNREADABLE)[0].splitlines()
    assert [list(json.loads(line)) for line in lines[:2]] == [["file", "label", "confidence", "top"], ["file", "error"]]


READING = ["--preprocess", "grey,resize=*x6:pillow:bilinear,scale=1/255"]


def test_options_of_reading(pictures, tmp_path):
    """crnn read with a beam, n best, spans, and languages as text or packed: the rows of any threads, in every form."""
    words = ["read", MODELS / "text.crnn", pictures, *READING]
    plain = rows(run(*words, "--format", "csv")[0])
    assert list(plain[0]) == ["file", "text", "confidence", "error"] and len(plain) == 300
    options = ["--best", "2", "--spans", "--lexicon", MODELS / "text.lexicon.txt", "--ngram", MODELS / "text.ngram.txt"]
    options += ["--ngram-weight", "0.7"]
    found = rows(run(*words, *options, "--format", "csv", "--threads", "1", "--batch", "1")[0])
    columns = ["file", "text", "confidence", "symbols", "text_2", "confidence_2", "symbols_2", "error"]
    assert list(found[0]) == columns
    packed = [str(word).removesuffix(".txt") for word in options]
    for others in (options, packed):
        assert rows(run(*words, *others, "--format", "csv", "--threads", "3", "--batch", "7")[0]) == found
    lexicon = set((MODELS / "text.lexicon.txt").read_text().split("\n")) | {""}
    assert {row["text"] for row in found} <= lexicon and {row["text"] for row in plain} - lexicon
    lines = [json.loads(line) for line in run(*words, *options, "--format", "jsonl")[0].splitlines()]
    for row, line in zip(found, lines):
        assert line["text"] == row["text"] and line["symbols"] == json.loads(row["symbols"])
        assert [entry["text"] for entry in line["best"]] == [row["text"], row["text_2"]][: len(line["best"])]
        width, height = Image.open(line["file"]).size
        assert "".join(symbol["text"] for symbol in line["symbols"]) == line["text"]
        for symbol in line["symbols"]:
            left, top, right, bottom = symbol["box"]
            assert 0 <= left < right <= width and (top, bottom) == (0, height) and 0 < symbol["confidence"] <= 1
            # The columns of the picture that those of the line are made of.
            columns = max(1, (2 * width * 6 + height) // (2 * height))
            first, end = symbol["input"]
            assert left == first * width // columns and right == -(-end * width // columns)
    text = run(*words, *options, "--format", "text")[0].decode().splitlines()
    assert [line.split("\t")[1] for line in text] == [row["text"] for row in found]
    assert json.loads(text[0].split("\t")[3]) == lines[0]["symbols"]
    out = tmp_path / "rows"
    for form in ("csv", "jsonl", "text"):
        run(*words, *options, "--format", form, "-o", out)
        whole = out.read_bytes()
        out.write_bytes(whole[: len(whole) // 2])
        run(*words, *options, "--format", form, "--resume", out)
        assert out.read_bytes() == whole


def test_what_reading_refuses(pictures, tmp_path):
    words = ["read", MODELS / "text.crnn", pictures / "001.png", *READING]
    strange = tmp_path / "words.txt"
    strange.write_text("abc\naxy\n")
    _, message = run(*words, "--lexicon", strange, status=FAILURE)
    assert str(strange) in message and "x" in message and "y" in message
    strange.write_bytes((MODELS / "text.lexicon").read_bytes()[:-4])
    assert "lexicon" in run(*words, "--lexicon", strange, status=FAILURE)[1]
    assert "absent" in run(*words, "--lexicon", tmp_path / "absent", status=FAILURE)[1]
    for bad in (["--width", "1025"], ["--best", "0"], ["--best", "3", "--width", "2"], ["--ngram-weight", "1"]):
        run(*words, *bad, status=USAGE)
    run(*words, "--lexicon", MODELS / "text.lexicon", "--width", "0", status=USAGE)
    _, message = run("read", MODELS / "text.crnn", pictures / "001.png", status=FAILURE)
    assert "--preprocess" in message


def test_files_of_labels_from_other_systems(tmp_path):
    """Lines that end as on Windows, after the mark of UTF-8; names that are numbers, in an array of names."""
    names = tmp_path / "names.txt"
    names.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(map(str, range(9, -1, -1))).encode() + b"\r\n")
    data = np.load(MODELS / "last.npz")
    x = data["columns"]
    run("run", MODELS / "last.onnx", MODELS / "last.npz", "-o", tmp_path / "y.npy")
    classes = np.load(tmp_path / "y.npy").argmax(-1)
    for truth, right in ((np.array([str(9 - c) for c in classes]), 100), (classes, 100), (9 - classes, 0)):
        np.savez(tmp_path / "test.npz", x=x, y=truth)
        words = ["evaluate", MODELS / "last.onnx", tmp_path / "test.npz", "--labels", names, "--json", "-"]
        assert json.loads(run(*words)[0])["accuracy_percent"] == right


def test_expectations_from_a_spreadsheet(pictures, tmp_path):
    run("classify", MODEL, pictures, "--format", "csv", "-o", tmp_path / "rows.csv")
    found = rows((tmp_path / "rows.csv").read_bytes())
    lines = "".join(f"{row['label']},{row['file']}\n" for row in found if row["label"])
    (tmp_path / "truth.csv").write_text("\ufefflabel,file\n" + lines)
    words = ["--expect", tmp_path / "truth.csv", "--json", tmp_path / "scores.json", "-o", tmp_path / "again.csv"]
    run("classify", MODEL, pictures, *words)
    assert json.loads((tmp_path / "scores.json").read_text())["scores"]["right"] == len(found)


def test_presets_and_alphabets_in_files(pictures, tmp_path):
    """crnn convert stores the recipe that a preset stands for, and the characters that a file holds."""
    symbols = tmp_path / "alphabet.txt"
    symbols.write_text("ab\r\ncß\n", newline="")
    words = ["convert", MODELS / "text.onnx", "-o", tmp_path / "m.crnn", "--calibrate", MODELS / "text.npz"]
    words.append("--no-search")
    run(*words, "--alphabet", symbols, "--blank", "first", "--preprocess", "preset:line32")
    description = run("inspect", tmp_path / "m.crnn")[0].decode()
    assert "abcß" in description and "grey,resize=*x32:pillow:bilinear,scale=1/255" in description
    recipe = ["--preprocess", "preset:nothing"]
    assert "preset:line32" in run(*words, *recipe, status=FAILURE)[1]
    assert "preset:line32" in run("classify", MODEL, pictures, *recipe, status=FAILURE)[1]
    symbols.write_bytes(b"\xff")
    assert "UTF-8" in run(*words, "--alphabet", symbols, status=FAILURE)[1]


def test_calibration_images_that_cannot_be_read(tmp_path):
    """They are named, left out and counted; past one in twenty nothing is converted."""
    random, folder = np.random.default_rng(2), tmp_path / "images"
    folder.mkdir()
    for index in range(40):
        Image.fromarray(random.integers(0, 256, (12, 40), dtype=np.uint8)).save(folder / f"{index:02}.png")
    (folder / "bad.png").write_bytes(b"no image")
    words = ["convert", MODELS / "last.onnx", "-o", tmp_path / "m.crnn", "--calibrate", folder, "--no-search"]
    words += ["--preprocess", "grey,resize=*x12:pillow:bilinear"]
    _, message = run(*words)
    assert "skipped" in message and "bad.png" in message and "1 of 41 images" in message
    (tmp_path / "m.crnn").unlink()
    for index in range(2):
        (folder / f"bad{index}.jpg").write_bytes(b"\xff\xd8\xff")
    _, message = run(*words, status=FAILURE)
    assert "3 of 43 images" in message and "bad" in message and not (tmp_path / "m.crnn").exists()


def test_images_of_extreme_sizes(tmp_path):
    """65,535 pixels wide, and no pixel at all."""
    wide = tmp_path / "wide.png"
    Image.fromarray(np.arange(65_535, dtype=np.uint32).astype(np.uint8)[None].repeat(6, 0)).save(wide)
    content = bytearray(wide.read_bytes())
    content[16:24] = bytes(8)
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (tmp_path / "zero.png").write_bytes(content)
    words = [MODELS / "text.crnn", tmp_path, "--preprocess", "grey,resize=*x6:pillow:bilinear", "--format", "csv"]
    found = rows(run("read", *words, status=UNREADABLE)[0])
    assert not found[0]["error"] and found[0]["confidence"]
    assert "damaged" in found[1]["error"] and not found[1]["text"]
    words[3] = "grey,resize=*x60:pillow:bilinear"
    found = rows(run("read", *words, status=UNREADABLE)[0])
    assert "65535" in found[0]["error"]


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may open any folder")
def test_a_folder_that_may_not_be_opened(pictures, tmp_path):
    """It is a row, and the others are read."""
    tmp_path.chmod(0o755)
    shutil.copytree(pictures / "inner", tmp_path / "run/a")
    (tmp_path / "run/b").mkdir(mode=0)
    shutil.copy(MODEL, tmp_path / "run/model.crnn")
    for path in [tmp_path / "run", *(tmp_path / "run/a").iterdir(), tmp_path / "run/a"]:
        path.chmod(0o755)
    # The folder's own parents may be closed to others: the tool begins inside it.
    words = [TOOL, "classify", "model.crnn", "a", "b", "--format", "csv"]
    if os.geteuid() == 0:
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", *words]
        shutil.copy(TOOL, tmp_path / "run/crnn")
        words[words.index(TOOL)] = "./crnn"
    result = subprocess.run(words, cwd=tmp_path / "run", capture_output=True, check=False)
    assert result.returncode == UNREADABLE, result.stderr
    found = rows(result.stdout)
    assert found[-1]["file"] == "b" and "cannot open the folder" in found[-1]["error"]
    assert len(found) == 101 and not any(row["error"] for row in found[:-1])


def test_limits(pictures):
    name = str(pictures / "001.png")
    assert b"maximum_pixels" in run("classify", MODEL, name, "--maximum-pixels", "5", status=UNREADABLE)[0]
    assert b"maximum_bytes" in run("classify", MODEL, name, "--maximum-bytes", "5", status=UNREADABLE)[0]


def test_what_cannot_be_done(tmp_path, pictures):
    name = str(pictures / "001.png")
    assert "--preprocess" in run("classify", MODELS / "stream.crnn", name, status=FAILURE)[1]
    assert "--alphabet" in run("read", MODEL, name, status=FAILURE)[1]
    assert "no PNG or JPEG" in run("classify", MODEL, tmp_path, status=FAILURE)[1]
    assert "inputs" in run("classify", MODELS / "pair.crnn", name, "--preprocess", "grey", status=FAILURE)[1]
    assert "greyish" in run("classify", MODEL, name, "--preprocess", "greyish", status=FAILURE)[1]
    for words in (["--threads", "0"], ["--batch", "0"], ["--top", "0"], ["-o", "x", "--resume", "y"], ["--json", "-"]):
        run("classify", MODEL, name, *words, status=USAGE)
    run("classify", MODEL, name, "-o", name, status=USAGE)
    _, message = run("classify", MODELS / "bounded.crnn", name, "--preprocess", "grey,resize=9x6:pillow:box")
    assert "--labels" in message


@pytest.mark.parametrize("form", ["csv", "jsonl", "text"])
def test_resume(pictures, tmp_path, form):
    words = ["classify", MODEL, pictures, pictures / "absent.png", "--format", form]
    out = tmp_path / "rows"
    run(*words, "-o", out, status=UNREADABLE)
    whole = out.read_bytes()
    for length in (0, 3, 40, 1000, len(whole) - 1, len(whole)):
        out.write_bytes(whole[:length])
        _, message = run(*words, "--resume", out, status=UNREADABLE)
        assert out.read_bytes() == whole and "1 of 301 images" in message
    out.unlink()
    run(*words, "--resume", out, status=UNREADABLE)
    assert out.read_bytes() == whole
    _, message = run("classify", MODEL, pictures / "inner", "--format", form, "--resume", out, status=FAILURE)
    assert "the first run" in message and out.read_bytes() == whole


def test_progress_on_a_terminal(pictures, tmp_path):
    """How many of how many, how fast, how long the rest takes; the line is gone at the end, and every row is there."""
    times = 600
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [TOOL, "classify", MODEL, *[pictures] * times, "--batch", "1", "-o", tmp_path / "rows.csv", "--format", "csv"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=end,
    ) as process:
        os.close(end)
        shown = b""
        with contextlib.suppress(OSError):  # the other end is closed
            while part := os.read(terminal, 65536):
                shown += part
    os.close(terminal)
    assert process.returncode == DONE, shown
    lines = shown.decode().split("\r\x1b[K")
    left = rf" \d+ of {300 * times}, \d+ a second, (\d+ min )?\d+ s left$"
    assert any(re.search(left, line) for line in lines), lines
    assert "left" not in lines[-1]
    assert len(rows((tmp_path / "rows.csv").read_bytes())) == 300 * times


def test_interrupted(pictures, tmp_path):
    out = tmp_path / "rows.csv"

    def hears_ctrl_c():
        # Tests that a shell runs in its background ignore it, and so would the tool.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    process = subprocess.Popen(
        [TOOL, "classify", MODEL, "-", "--format", "csv", "-o", out],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hears_ctrl_c,
    )
    names = sorted(str(path) for path in pictures.rglob("*.png"))
    process.stdin.write("\n".join(names[:50]).encode() + b"\n")
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while out.read_bytes().count(b"\n") < 51 if out.exists() else True:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # It waits for more names: what it has is written, whoever reads the file sees whole rows.
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == INTERRUPTED
    message = process.stderr.read()
    process.stdin.close()
    assert f"stopped behind {names[49]}, after 50 rows" in message.decode() and f"--resume {out}" in message.decode()
    run("classify", MODEL, "-", "--format", "csv", "--resume", out, input="\n".join(names).encode())
    assert [row["file"] for row in rows(out.read_bytes())] == names


def test_reading_keeps_names_goes_on_and_is_scored(odd, tmp_path):
    """Odd names in both formats, a full disk, --resume and --expect, as for classes."""
    expected = sorted(os.path.join(odd, name) for name in NAMES)
    words = ["read", MODELS / "text.crnn", odd, *READING]
    found = rows(run(*words, "--format", "csv")[0])
    assert [os.fsencode(row["file"]) for row in found] == expected
    lines = [json.loads(line) for line in run(*words, "--format", "jsonl")[0].decode().splitlines()]
    assert [os.fsencode(line["file"]) for line in lines] == expected
    if os.path.exists("/dev/full"):
        assert "No space left" in run(*words, "-o", "/dev/full", status=FAILURE)[1]
    out, truth, report = tmp_path / "rows.csv", tmp_path / "truth.csv", tmp_path / "scores.json"
    truth.write_text("file,text\nwith space.png,zz\nümläut 字.png," + found[-1]["text"] + "\n")
    run(*words, "--format", "csv", "-o", out, "--expect", truth, "--json", report)
    scores = json.loads(report.read_text())["scores"]
    assert scores["compared"] == 2 and scores["without_label"] == len(NAMES) - 2
    assert scores["character_error_rate_percent"] > 0 and {entry["label"] for entry in scores["characters"]} >= {"z"}
    whole = out.read_bytes()
    out.write_bytes(whole[: len(whole) // 2])
    run(*words, "--format", "csv", "--resume", out, "--expect", truth, "--json", report)
    assert out.read_bytes() == whole and json.loads(report.read_text())["scores"] == scores


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk(pictures):
    _, message = run("classify", MODEL, pictures, "-o", "/dev/full", status=FAILURE)
    assert "No space left" in message


def test_a_file_that_may_not_grow(pictures, tmp_path):
    """As on a full disk, a write takes a part of what it is given: the rest of a row is taken away again."""
    out = tmp_path / "rows.csv"

    def limit():
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    words = ["classify", MODEL, pictures, "--format", "csv"]
    result = subprocess.run([TOOL, *words, "-o", out], capture_output=True, check=False, preexec_fn=limit)
    assert result.returncode == FAILURE and b"rows are whole" in result.stderr
    content = out.read_bytes()
    assert 0 < len(content) <= 3000 and content.endswith(b"\n")
    run(*words, "--resume", out)
    assert out.read_bytes() == run(*words)[0]


def test_scores(pictures, tmp_path):
    found = rows(run("classify", MODEL, pictures, "--format", "csv")[0])
    labels = tmp_path / "labels.csv"
    expected = [row["label"] if index % 4 else str((int(row["label"]) + 1) % 10) for index, row in enumerate(found)]
    labels.write_text(
        "label,file\n" + "".join(f"{label},{pathlib.Path(row['file']).name}\n" for label, row in zip(expected, found))
    )
    report = tmp_path / "scores.json"
    _, message = run("classify", MODEL, pictures, "--expect", labels, "--json", report)
    scores = json.loads(report.read_text())["scores"]
    assert scores["compared"] == 300 and scores["right"] == 225 and scores["accuracy_percent"] == 75
    assert sum(entry["times"] for entry in scores["mistakes"]) == 75
    for entry in scores["classes"]:
        assert entry["expected"] == expected.count(entry["label"])
        assert entry["given"] == [row["label"] for row in found].count(entry["label"])
    assert "accuracy, %" in message and "75.00" in message and "expected \\ given" in message and "recall" in message
    # The rows of an interrupted run count too.
    out = tmp_path / "rows.jsonl"
    run("classify", MODEL, pictures, "--format", "jsonl", "-o", out)
    out.write_bytes(b"".join(out.read_bytes().splitlines(keepends=True)[:100]))
    run("classify", MODEL, pictures, "--format", "jsonl", "--resume", out, "--expect", labels, "--json", report)
    assert json.loads(report.read_text())["scores"] == scores
    labels.write_text("onlyone\n")
    assert "columns" in run("classify", MODEL, pictures, "--expect", labels, status=FAILURE)[1]


def test_memory_does_not_grow_with_the_files(pictures, tmp_path):
    """Most of what 200 files take is there before the first one."""

    def peak(count):
        names = "\n".join(sorted(map(str, pictures.glob("*.png")))[:100] * (count // 100))
        with open(tmp_path / "rows", "wb") as rows:
            process = subprocess.Popen(
                [TOOL, "classify", MODEL, "-", "--threads", "2"], stdin=subprocess.PIPE, stdout=rows
            )
            process.stdin.write(names.encode())
            process.stdin.close()
            most = 0
            # What wait4 tells of a child's memory counts what its parent had when it was forked.
            while process.poll() is None:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                if found := re.search(r"VmHWM:\s*(\d+) kB", status):
                    most = max(most, int(found[1]) * 1024)
                time.sleep(0.002)
        assert process.returncode == 0 and (tmp_path / "rows").read_bytes().count(b"\n") == count
        return most

    few, many = peak(200), peak(8_000)
    assert 0 < few and many < 64 << 20 and many - few < 8 << 20, (few, many)
