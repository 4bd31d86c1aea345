"""The programs of bindings/c and the C interface of images, with the compilers and the ways to link that users have."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
MODELS = BUILD / "tests/models"
PROGRAMS = ROOT / "bindings/c"
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{ROOT}/include"]
SHARED = [f"-L{BUILD}", "-lcrnn_image", "-lcrnn", f"-Wl,-rpath,{BUILD}"]
STATIC = [BUILD / "libcrnn_image.a", BUILD / "libcrnn.a", "-lpng", "-ljpeg"]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, check=False, **options)


def compiled(folder, source, *flags, compiler="cc"):
    program = folder / "program"
    process = run(compiler, *STRICT, source, *flags, "-o", program)
    assert process.returncode == 0, process.stderr.decode()
    return program


@pytest.fixture(scope="module", params=["shared", "static"])
def classify(request, tmp_path_factory):
    flags = SHARED if request.param == "shared" else STATIC
    return compiled(tmp_path_factory.mktemp("classify"), PROGRAMS / "classify.c", "-std=c11", *flags)


@pytest.fixture(scope="module", params=["shared", "static"])
def read(request, tmp_path_factory):
    flags = SHARED if request.param == "shared" else STATIC
    return compiled(tmp_path_factory.mktemp("read"), PROGRAMS / "read.c", "-std=c11", *flags)


@pytest.fixture(scope="module")
def stream(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("stream"), PROGRAMS / "stream.c", "-std=c11", *SHARED)


@pytest.mark.parametrize("compiler, standard", [("cc", "c99"), ("cc", "c11"), ("c++", "c++11"), ("c++", "c++17")])
@pytest.mark.parametrize("header", ["crnn.h", "crnn_image.h", "crnn_convert.h"])
def test_headers_compile_everywhere(tmp_path, compiler, standard, header):
    source = tmp_path / "program.c"
    source.write_text(
        f"#define CRNN_UNSTABLE\n#include <{header}>\n"
        "int main(void) { return crnn_version() != CRNN_HEADER_VERSION; }\n")
    language = ["-x", "c++" if compiler == "c++" else "c"]
    program = tmp_path / "program"
    process = run(compiler, *STRICT, f"-std={standard}", *language, source, *SHARED, "-o", program)
    assert process.returncode == 0, process.stderr.decode()
    assert run(program).returncode == 0


@pytest.mark.parametrize("compiler, standard", [("cc", "c99"), ("c++", "c++11")])
@pytest.mark.parametrize("flags", [SHARED, STATIC], ids=["shared", "static"])
def test_images_from_c(tmp_path, compiler, standard, flags):
    """Tests/C/images.c: every bad argument of crnn_image.h."""
    Image.fromarray(np.arange(12, dtype=np.uint8).reshape(3, 4)).save(tmp_path / "small.png")
    language = ["-x", "c++" if compiler == "c++" else "c"]
    program = tmp_path / "images"
    process = run(
        compiler, *STRICT, f"-std={standard}", *language, ROOT / "Tests/C/images.c", "-x", "none", *flags, "-o",
        program)
    assert process.returncode == 0, process.stderr.decode()
    process = run(program, tmp_path / "small.png", *(MODELS / f"{name}.crnn" for name in ("last", "stream", "text")))
    assert process.returncode == 0, process.stdout.decode() + process.stderr.decode()


@pytest.mark.parametrize("model", ["stream.crnn", "bounded.crnn", "last.crnn"])
@pytest.mark.parametrize("flags", [SHARED, STATIC], ids=["shared", "static"])
def test_streams_from_cpp(tmp_path, model, flags):
    """Tests/C/streams.cpp: bindings/cpp/crnn.hpp."""
    text = tmp_path / "text"
    text.write_text("no model " * 20)
    program = compiled(
        tmp_path, ROOT / "Tests/C/streams.cpp", "-std=c++17", f"-I{ROOT}/bindings/cpp", *flags, compiler="c++")
    process = run(program, MODELS / model, text)
    assert process.returncode == 0, process.stdout.decode() + process.stderr.decode()


@pytest.mark.parametrize("flags", [SHARED, STATIC], ids=["shared", "static"])
def test_decoder_from_cpp(tmp_path, flags):
    """Tests/C/decoder.cpp: the decoder of bindings/cpp/crnn.hpp."""
    program = compiled(
        tmp_path, ROOT / "Tests/C/decoder.cpp", "-std=c++17", f"-I{ROOT}/bindings/cpp", *flags, compiler="c++")
    process = run(program, MODELS / "text.crnn", MODELS / "stream.crnn")
    assert process.returncode == 0, process.stdout.decode() + process.stderr.decode()


def test_classify(classify, tmp_path):
    good, bad = tmp_path / "with space.png", tmp_path / "text.png"
    Image.new("RGB", (40, 60), "white").save(good)
    bad.write_text("no image")
    process = run(classify, MODELS / "last.crnn", good, bad, tmp_path / "absent.png", good)
    lines = process.stdout.decode().splitlines()
    assert process.returncode == 1 and len(lines) == 2 and lines[0] == lines[1]
    name, label, probability = lines[0].split("\t")
    assert name == str(good) and label in "0123456789" and 0 <= float(probability) <= 1
    errors = process.stderr.decode()
    assert "text.png: neither a PNG nor a JPEG" in errors and "absent.png" in errors and "2 images" in errors


def test_classify_agrees_with_python(classify, tmp_path):
    sys.path.insert(0, str(ROOT / "bindings/python"))
    import crnn

    random, model = np.random.default_rng(1), crnn.Model(MODELS / "last.crnn")
    paths = []
    for index in range(5):
        paths.append(tmp_path / f"{index}.png")
        Image.fromarray(random.integers(0, 256, (35, 30), dtype=np.uint8)).save(paths[-1])
    process = run(classify, MODELS / "last.crnn", *paths)
    assert process.returncode == 0, process.stderr.decode()
    for path, line in zip(paths, process.stdout.decode().splitlines()):
        scores = model.run(model.prepare(path))
        assert line.split("\t")[1:] == [model.labels[scores.argmax()], f"{scores.max():.4f}"]


@pytest.mark.parametrize("arguments, status", [([], 2), (["absent.crnn", "x.png"], 1)])
def test_classify_says_what_is_wrong(classify, arguments, status):
    process = run(classify, *arguments)
    assert process.returncode == status and process.stderr


def test_classify_refuses_a_model_without_a_recipe(classify):
    process = run(classify, MODELS / "stream.crnn", "x.png")
    assert process.returncode == 1 and b"preprocess" in process.stderr


@pytest.mark.parametrize("arguments, width", [([], 0), (["-w", "8", "-l", MODELS / "text.lexicon"], 8)])
def test_read_agrees_with_python(read, tmp_path, arguments, width):
    """Texts, probabilities and the columns of each character; what cannot be read is named, and the rest goes on."""
    sys.path.insert(0, str(ROOT / "bindings/python"))
    import crnn

    random, model = np.random.default_rng(3), crnn.Model(MODELS / "lines.crnn")
    paths = []
    for index in range(70):
        paths.append(tmp_path / f"line {index}.png")
        Image.fromarray(random.integers(0, 256, (12, 40 + index), dtype=np.uint8)).save(paths[-1])
    bad = tmp_path / "bad.png"
    bad.write_text("no image")
    process = run(read, *arguments, MODELS / "lines.crnn", *paths, bad)
    assert process.returncode == 1 and b"bad.png: neither a PNG nor a JPEG" in process.stderr
    lexicon = (MODELS / "text.lexicon").read_bytes() if width else None
    found = process.stdout.decode().splitlines()
    assert len(found) == len(paths) and run(read, *arguments, MODELS / "lines.crnn", paths[0]).returncode == 0
    for row, line in zip(found, model.read(paths, width=width, lexicon=lexicon)):
        spans = [f"{symbol.text}:{symbol.box[0]}-{symbol.box[2]}" for symbol in line.symbols]
        assert row.split("\t") == [str(line.file), line.text, f"{line.confidence:.4f}", " ".join(spans)]
    assert any(row.split("\t")[1] for row in found)


@pytest.mark.parametrize(
    "arguments, status, message",
    [
        ([], 2, "usage"),
        (["-x"], 2, ""),
        (["absent.crnn", "x.png"], 1, "absent.crnn"),
        ([MODELS / "last.crnn", "x.png"], 1, "--alphabet"),
        (["-l", "absent", MODELS / "lines.crnn", "x.png"], 1, "absent"),
        (["-w", "8", "-l", MODELS / "text.ngram", MODELS / "lines.crnn", "x.png"], 1, "lexicon"),
    ],
)
def test_read_says_what_is_wrong(read, arguments, status, message):
    process = run(read, *arguments)
    assert process.returncode == status and message in process.stderr.decode()


def test_stream(stream):
    frames = np.random.default_rng(2).uniform(-1, 1, (12, 8)).astype(np.float32)
    process = run(stream, MODELS / "stream.crnn", input=frames.tobytes())
    assert process.returncode == 0, process.stderr.decode()
    rows = np.array([[float(word) for word in line.split()] for line in process.stdout.decode().splitlines()])
    assert rows.shape == (12, 6)
    np.testing.assert_array_equal(rows[:, 0], np.arange(12))
    np.testing.assert_allclose(rows[:, 1:].sum(axis=1), 1, atol=1e-4)


def test_stream_says_what_is_wrong(stream, tmp_path):
    path = tmp_path / "damaged.crnn"
    content = (MODELS / "stream.crnn").read_bytes()
    path.write_bytes(content[: len(content) // 2])
    for model in (path, tmp_path / "absent.crnn"):
        process = run(stream, model, input=b"")
        assert process.returncode == 1 and process.stderr
