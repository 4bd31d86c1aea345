"""Makes the seeds of the fuzzers of pictures anew: one small image of every kind that is decoded differently.

    build/venv/bin/python Tests/Fuzz/make_seeds.py

What the fuzzers find is kept in `findings`, as small as `-minimize_crash=1` makes it, under a name that says what it
was.
"""

import io
import pathlib
import sys

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


if __name__ == "__main__":
    main()
