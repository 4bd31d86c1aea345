"""Makes seeds of the fuzzers anew: one small image of every kind that is decoded differently, and weights that an
architecture file describes.

    build/venv/bin/python Tests/Fuzz/make_seeds.py

What the fuzzers find is kept in `findings`, as small as `-minimize_crash=1` makes it, under a name that says what it
was.
"""

import io
import json
import pathlib
import sys
import zipfile

import numpy as np
from PIL import Image

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"
ROOT = SEEDS.parents[2]
sys.path[:0] = [str(ROOT / "Tests/Python"), str(ROOT / "bindings/python")]

from test_python_images import png  # noqa: E402


def main():
    random = np.random.default_rng(1)
    (SEEDS / "png").mkdir(parents=True, exist_ok=True)
    (SEEDS / "jpeg").mkdir(exist_ok=True)
    for color, channels, depths in [(0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (4, 2, (8, 16)), (6, 4, (8, 16))]:
        for depth in depths:
            samples = random.integers(0, 1 << depth, (5, 6, channels))
            for kind in ("plain", "interlaced"):
                content = png(samples, depth, color, interlaced=kind == "interlaced")
                (SEEDS / "png" / f"color-{color}-depth-{depth}-{kind}").write_bytes(content)
    palette = random.integers(0, 256, (16, 3), dtype=np.uint8).tobytes()
    content = png(random.integers(0, 16, (5, 6, 1)), 4, 3, (b"PLTE", palette), (b"tRNS", bytes(range(0, 150, 10))))
    (SEEDS / "png/palette-transparent").write_bytes(content)

    small = Image.fromarray(random.integers(0, 256, (9, 11, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    for name, mode, options in [
        ("grey", "L", {}), ("color", "RGB", {}), ("subsampled", "RGB", {"subsampling": 2}),
        ("progressive", "RGB", {"progressive": True}), ("inks", "CMYK", {}), ("turned", "RGB", {"exif": exif}),
        ("restarts", "RGB", {"restart_marker_blocks": 1}),
    ]:
        content = io.BytesIO()
        small.convert(mode).save(content, "JPEG", quality=30, optimize=True, **options)
        (SEEDS / "jpeg" / name).write_bytes(content.getvalue())

    explained(small.convert("L"))
    described(random)


def explained(image):
    """Eight bytes of options (ExplanationFuzzing.swift), and for a text its letters, in front of a picture."""
    (SEEDS / "explain").mkdir(exist_ok=True)
    for name, options, kind in [
        ("class", [0, 0, 0, 2, 1, 0, 1, 0], "PNG"), ("text", [1, 0, 0, 1, 2, 255, 1, 0], "PNG"),
        ("stated-text", [1, 3, 0, 1, 2, 255, 1, 56, *b"ab"], "JPEG"),
    ]:
        content = io.BytesIO()
        image.save(content, kind)
        (SEEDS / "explain" / name).write_bytes(bytes(options) + content.getvalue())


TOML = """weights = "weights.safetensors"
keras_version = 2
[[layers]]
type = "Input"
name = "mfcc"
shape = [-1, 3]
[[layers]]
type = "Conv1D"
filters = 2
kernel_size = 2
order = "torch"
arrays = { kernel = "conv/kernel" }
[[layers]]
type = "LSTM"
units = 2
order = "tf1"
forget_bias = 1.0
return_sequences = true
arrays = { kernel = "lstm/kernel", bias = "lstm/bias", peephole_i = "lstm/i" }
[[layers]]
type = "Dense"
units = 2
activation = "softmax"
arrays = { kernel = "dense/kernel", bias = "dense/bias" }
"""


def described(random):
    """Zip files of an architecture file and its weights (front_ends.py), and a frozen graph alone."""
    folder = SEEDS / "front_ends"
    folder.mkdir(exist_ok=True)
    shapes = {
        "conv/kernel": (2, 3, 2), "lstm/kernel": (4, 8), "lstm/bias": (8,), "lstm/i": (2,), "dense/kernel": (2, 2),
        "dense/bias": (2,),
    }  # fmt: skip
    arrays = {name: random.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, values in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape),
                        "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    archive(folder / "safetensors.zip", TOML, len(text).to_bytes(8, "little") + text + data, "weights.safetensors")
    graph = field(1, field(1, b"mfcc") + field(2, b"Placeholder"))
    for name, values in arrays.items():
        sizes = b"".join(field(2, field(1, size)) for size in values.shape)
        tensor = field(1, 1) + field(2, sizes) + field(4, values.tobytes())
        attribute = field(1, b"value") + field(2, field(8, tensor))
        graph += field(1, field(1, name.encode()) + field(2, b"Const") + field(5, attribute))
    graph += field(1, field(1, b"sum") + field(2, b"Add") + field(3, b"mfcc") + field(3, b"lstm/i:0"))
    archive(folder / "frozen.zip", TOML.replace("safetensors", "pb"), graph, "weights.pb")
    (folder / "graph.pb").write_bytes(graph)


def archive(path, architecture, weights, name):
    with zipfile.ZipFile(path, "w") as file:
        for entry, content in [("network.toml", architecture), (name, weights)]:
            file.writestr(zipfile.ZipInfo(entry), content)


def field(number, value):
    """A field of a message in protobuf's wire format: a small number, or bytes."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    assert len(value) < 1 << 14
    length = bytes([len(value)]) if len(value) < 128 else bytes([len(value) & 127 | 128, len(value) >> 7])
    return bytes([number << 3 | 2]) + length + value


if __name__ == "__main__":
    main()
