"""bindings/js in node: its types, its structures, and pictures and texts as the Python package has them.

The conformance vectors run through it in `tools/test cross`.
"""

import json
import pathlib
import re
import shutil
import subprocess

import crnn
import numpy as np
import onnx
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CROSS = ROOT / "build/cross"
MODELS = ROOT / "build/tests/models"

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")


def node(*arguments):
    process = subprocess.run(["node", *map(str, arguments)], capture_output=True, text=True, check=False, cwd=ROOT)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def modules(target):
    paths = CROSS / target / "crnn.wasm", CROSS / "wasm32/crnn_image.wasm"
    for path in paths:
        if not path.exists():
            pytest.skip(f"{path.relative_to(ROOT)} is not built: make cross")
    return paths


def test_types():
    assert "not ok" not in node("Tests/JS/types.mjs")


def test_sizes_of_32_bits():
    assert "not ok" not in node("Tests/JS/sizes.mjs", modules("wasm32")[1])


def test_structures_are_those_of_the_headers(tmp_path):
    if not shutil.which("clang"):
        pytest.skip("clang is not installed")
    structures = json.loads(node("--input-type=module", "-e", (
        "import * as all from './bindings/js/structures.js'; console.log(JSON.stringify(all))")))
    lines = ["#include <crnn_image.h>", "#include <stddef.h>"]
    for name, fields in structures.items():
        type_name = f"crnn_{name.lower()}"
        for field, offset in fields.items():
            member = re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), field)
            found = f"sizeof({type_name})" if field == "size" else f"offsetof({type_name}, {member})"
            lines.append(f'_Static_assert({found} == {offset}, "{name}.{field}");')
    source = tmp_path / "structures.c"
    source.write_text("\n".join(lines) + "\n")
    flags = ["--target=wasm32-unknown-unknown", "-ffreestanding", "-Iinclude", "-fsyntax-only"]
    subprocess.run(["clang", *flags, source], check=True, cwd=ROOT)
    assert len(structures) >= 11


# One for each filter, and all that a recipe may say.
RECIPES = [
    *(f"grey,resize=12x12:{library}:{name},layout=rows" for library, names in {
        "pillow": ["nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"],
        "opencv": ["nearest", "bilinear", "area", "bicubic", "lanczos"]}.items() for name in names),
    "grey,resize=*x12:pillow:bicubic",
    "grey,invert,background=203040,resize=20x12:opencv:area,pad=centre:102030",
    "grey,resize=12x*:pillow:lanczos,layout=rows,mean=0.3,deviation=0.7",
    "rgb,resize=4x6:pillow:bilinear,pad=end:black,mean=0.1:0.2:0.3,deviation=1:2:3,layout=rows",
    "grey",
]


@pytest.fixture(scope="module")
def recipe_models(tmp_path_factory):
    """last.crnn with each recipe in place of its own: a port of 12 pixels."""
    folder = tmp_path_factory.mktemp("models")
    for index, recipe in enumerate(RECIPES):
        kind = [] if "mean" in recipe else ["--input-kind", "image"]
        subprocess.run(
            [ROOT / "build/crnn", "convert", MODELS / "last.onnx", "-o", folder / f"{index}.crnn", "--no-search",
             "--calibrate", MODELS / "last.npz", *kind, "--preprocess", recipe],
            check=True, capture_output=True)
    return folder


def compared(target, cases, folder, tmp_path):
    """Each case beside what JavaScript says of it."""
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([
        {"model": name, "width": pixels.shape[1], "height": pixels.shape[0], "pixels": pixels.tobytes().hex(),
         "options": options}
        for name, pixels, options in cases]))
    lines = node("Tests/JS/prepared.mjs", *modules(target), path, folder).splitlines()
    assert len(lines) == len(cases)
    return zip(cases, map(json.loads, lines))


def test_prepares_as_python_does(recipe_models, tmp_path):
    random = np.random.default_rng(5)
    cases = []
    for index in range(len(RECIPES)):
        for channels in (1, 2, 3, 4):
            height, width = random.integers(1, 60, 2) if channels > 1 else (12, 30)
            cases.append((f"{index}.crnn", random.integers(0, 256, (height, width, channels), np.uint8), None))
    equal = refused = 0
    for (name, pixels, _), answer in compared("wasm32", cases, recipe_models, tmp_path):
        model = crnn.Model(recipe_models / name)
        try:
            expected = model.prepare(pixels)
        except crnn.Error as problem:
            assert answer["error"][1] in str(problem)
            refused += 1
            continue
        assert bytes.fromhex(answer["frames"]) == expected.tobytes(), model.text("preprocess")
        equal += 1
    assert equal >= 4 * (len(RECIPES) - 1) and refused >= 1


@pytest.mark.parametrize("target", ["wasm32", "wasm32-simd128"])
def test_reads_as_python_does(target, tmp_path):
    random = np.random.default_rng(6)
    options = [
        {}, {"width": 1}, {"width": 16}, {"width": 8, "lexicon": "text.lexicon"},
        {"width": 16, "ngram": "text.ngram", "ngramWeight": 1, "insertionBonus": 0.5, "maximumSymbols": 40},
    ]
    cases = [
        ("lines.crnn", random.integers(0, 256, (height, width, 3), np.uint8), option)
        for option in options for height, width in ((6, 40), (13, 200), (3, 7))]
    model = crnn.Model(MODELS / "lines.crnn")
    for (_, pixels, option), answer in compared(target, cases, MODELS, tmp_path):
        named = {re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), key): value for key, value in option.items()}
        for key in ("lexicon", "ngram"):
            if key in named:
                named[key] = MODELS / named[key]
        prepared, decoder = model.prepare(pixels), model.decoder(**named)
        expected, found = decoder.read(prepared), answer["reading"]
        columns = len(prepared)
        assert found["text"] == expected.text
        assert found["confidence"] == expected.confidence
        assert (found["logProbability"], found["score"]) == (expected.log_probability, expected.score)
        assert (found["stable"], found["isComplete"], found["isTruncated"]) == (
            expected.stable, expected.is_complete, expected.is_truncated)
        assert len(found["symbols"]) == len(expected.symbols)
        for symbol, other in zip(found["symbols"], expected.symbols):
            assert (symbol["text"], symbol["index"]) == (other.text, other.index)
            assert symbol["confidence"] == other.confidence
            assert range(symbol["frames"]["start"], symbol["frames"]["end"]) == other.frames
            assert range(symbol["input"]["start"], symbol["input"]["end"]) == other.input
            width = pixels.shape[1]
            assert symbol["box"]["x"] == pytest.approx(other.input.start * width / columns)
            assert symbol["box"]["x"] + symbol["box"]["width"] == pytest.approx(other.input.stop * width / columns)
            assert (symbol["box"]["y"], symbol["box"]["height"]) == (0, pixels.shape[0])
        assert answer["alternatives"] == [[other.text, other.score] for other in decoder.alternatives(3)]


def test_outputs_that_hold_each_other_up(tmp_path):
    """One output is made of the other, and both give many frames at the end."""
    random = np.random.default_rng(8)
    nodes, weights = [], []
    for name, source, result, shape, pads in (("a", "x", "y", (3, 2, 81), [0, 80]), ("b", "y", "z", (2, 3, 1), [0, 0])):
        values = random.normal(0, 0.3, shape).astype(np.float32)
        weights.append(onnx.numpy_helper.from_array(values, f"{name}_weights"))
        nodes.append(onnx.helper.make_node("Conv", [source, f"{name}_weights"], [result], name=name, pads=pads))
    ports = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, channels, time])
        for name, channels, time in (("x", 2, "time"), ("y", 3, "later"), ("z", 2, "later"))
    ]
    graph = onnx.helper.make_graph(nodes, "two", ports[:1], ports[1:], weights)
    opset = [onnx.helper.make_opsetid("", 13)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8), tmp_path / "two.onnx")
    np.save(tmp_path / "x.npy", random.normal(size=(4, 2, 120)).astype(np.float32))
    words = ["convert", "two.onnx", "-o", "two.crnn", "--calibrate", "x.npy", "--no-search"]
    subprocess.run([ROOT / "build/crnn", *words], check=True, capture_output=True, cwd=tmp_path)
    module, _ = modules("wasm32")
    program = f"""
import {{ readFileSync }} from "node:fs";
import {{ load }} from "{ROOT}/bindings/js/crnn.js";
const model = (await load(readFileSync("{module}"))).model(readFileSync("{tmp_path}/two.crnn"));
const x = new Float32Array(240), stream = model.stream();
const parts = [stream.push(x), stream.finish()];
const pushed = [0, 1].map((port) => parts[0][port].length + parts[1][port].length);
console.log(JSON.stringify([model.run(x).map((y) => y.length), pushed]));
"""
    (tmp_path / "two.mjs").write_text(program)
    assert json.loads(node(tmp_path / "two.mjs")) == [[360, 240], [360, 240]]


def test_reads_lines_of_any_length(tmp_path):
    """As `Model.read` does, whose decoders have room for what a line can say."""
    columns = 255 * np.random.default_rng(7).integers(0, 2, (1, 2000, 1), np.uint8)
    pixels = np.broadcast_to(columns, (6, 2000, 3))
    model = crnn.Model(MODELS / "lines.crnn")
    expected = model.decoder(maximum_symbols=65536).read(model.prepare(pixels))
    (_, answer), = compared("wasm32", [("lines.crnn", pixels, {})], MODELS, tmp_path)
    assert len(expected.text) > 256
    assert (answer["reading"]["text"], answer["reading"]["isTruncated"]) == (expected.text, False)
