"""python tools/cross/firmware/digits.py FOLDER: what the firmware of digits.c is compared with.

Writes into FOLDER the first hundred images of the demonstration as columns of bytes (digits.images), and for each what
this machine makes of it by the shipped library: its number, the digit, the checksum of the probabilities
(digits.expected); and the model as a C source (digits_model.c).
"""

import pathlib
import sys

import crnn
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
MODEL = ROOT / "Tests/Conformance/vectors/digits.crnn"
IMAGES = 100


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def main(folder):
    model = crnn.Model(MODEL)
    paths = sorted((ROOT / "tools/demo/images/test").iterdir())[:IMAGES]
    columns = np.stack([model.prepare(path) for path in paths])
    assert columns.dtype == np.uint8 and columns.shape == (IMAGES, 28, 28), (columns.dtype, columns.shape)
    (folder / "digits.images").write_bytes(columns.tobytes())
    probabilities = model.run(columns).reshape(IMAGES, 10)
    lines = [f"{number:03} {values.argmax()} {crc32c(values.astype('<f4').tobytes()):08x}"
             for number, values in enumerate(probabilities)]
    (folder / "digits.expected").write_text("\n".join(lines) + "\n")
    data = MODEL.read_bytes()
    text = "\n".join('  "' + "".join(f"\\{byte:03o}" for byte in data[start:start + 32]) + '"'
                     for start in range(0, len(data), 32))
    (folder / "digits_model.c").write_text(
        f"#include <stddef.h>\n\nconst size_t digits_model_bytes = {len(data)};\n"
        f"_Alignas(64) const unsigned char digits_model[{len(data) + 1}] =\n{text};\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
