"""python tools/cross/firmware/expected.py digits MODEL.crnn IMAGES FOLDER, or keywords MODEL.crnn TEST.npz FOLDER

What a firmware is compared with. Writes into FOLDER the model as a C source (NAME_model.c), what the firmware reads
(digits.images: a hundred images of the folder IMAGES as columns of bytes; keywords.frames: a long stream of spectra),
and what this machine makes of it by the shipped library (NAME.expected): for each result its number, the class and the
checksum of its values.
"""

import pathlib
import sys

import crnn
import numpy as np

IMAGES = 100


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def digits(model, images):
    columns = np.stack([model.prepare(path) for path in sorted(images.iterdir())[:IMAGES]])
    assert columns.dtype == np.uint8 and columns.shape == (IMAGES, 28, 28), (columns.dtype, columns.shape)
    return "digits.images", columns, model.run(columns).reshape(IMAGES, -1)


def keywords(model, test):
    frames = np.load(test)["long_x"].astype("<f4")
    with model.stream() as stream:
        results = np.concatenate([np.atleast_2d(stream.push(frame[None])) for frame in frames])
    return "keywords.frames", frames, results


def main(name, model, data, folder):
    given, frames, results = {"digits": digits, "keywords": keywords}[name](crnn.Model(model), data)
    (folder / given).write_bytes(frames.tobytes())
    lines = [f"{number:03} {values.argmax()} {crc32c(values.astype('<f4').tobytes()):08x}"
             for number, values in enumerate(results)]
    (folder / f"{name}.expected").write_text("\n".join(lines) + "\n")
    packed = model.read_bytes()
    text = "\n".join('  "' + "".join(f"\\{byte:03o}" for byte in packed[start:start + 32]) + '"'
                     for start in range(0, len(packed), 32))
    (folder / f"{name}_model.c").write_text(
        f"#include <stddef.h>\n\nconst size_t {name}_model_bytes = {len(packed)};\n"
        f"_Alignas(64) const unsigned char {name}_model[{len(packed) + 1}] =\n{text};\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(pathlib.Path, sys.argv[2:]))
