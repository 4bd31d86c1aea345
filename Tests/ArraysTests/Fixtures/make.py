#!/usr/bin/env python3
"""Makes the fixtures of ArraysTests anew, beside itself. Needs NumPy."""
import io
import os
import struct
import zlib

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
grid = np.arange(6).reshape(2, 3) - 2

for name in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "b1"]:
    np.save(name + ".npy", grid.astype(name))
np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)))
np.save("big_endian.npy", (grid * 1000).astype(">i4"))
np.save("big_endian_text.npy", np.array(["né", "日本"]).astype(">U2"))
np.save("scalar.npy", np.float32(2.5))
np.save("empty.npy", np.zeros((0, 5), "f4"))
np.save("text.npy", np.array(["up", "down", ""]))
np.save("bytes.npy", np.array([b"up", b"down", b""]))
np.save("half.npy", np.array([0, -0.0, 1, -2, 65504, 6e-8, 1e-5, np.inf], "f2"))
np.save("objects.npy", np.array([{}, []], dtype=object))
np.save("records.npy", np.zeros(2, dtype=[("a", "f4"), ("b", "i2")]))
np.save("complex.npy", np.zeros(2, "c8"))
for version in [(2, 0), (3, 0)]:
    with open(f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, grid.astype("f4"), version=version)
np.savez("stored.npz", x=grid.astype("f4"), labels=np.array(["a", "b"]))
np.savez_compressed("deflated.npz", x=grid.astype("f4"), zeros=np.zeros(5000, "u1"), labels=np.array(["a", "b"]))

# zip64 in every field, as only files past 4 GiB have it: written by hand.
image = io.BytesIO()
np.save(image, grid.astype("f4"))
contents = image.getvalue()
wide = struct.pack("<HHQQ", 1, 16, len(contents), len(contents))
common = struct.pack("<HHHHHI", 45, 0, 0, 0, 0x21, zlib.crc32(contents)) + b"\xff" * 8
local = struct.pack("<I", 0x04034B50) + common + struct.pack("<HH", 5, len(wide)) + b"x.npy" + wide + contents
wide = struct.pack("<HHQQQ", 1, 24, len(contents), len(contents), 0)
central = struct.pack("<IH", 0x02014B50, 45) + common + struct.pack("<HHHHHI", 5, len(wide), 0, 0, 0, 0)
central += b"\xff" * 4 + b"x.npy" + wide
end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, 1, 1, len(central), len(local))
end += struct.pack("<IIQI", 0x07064B50, 0, len(local) + len(central), 1)
end += struct.pack("<IHH", 0x06054B50, 0, 0) + b"\xff" * 12 + struct.pack("<H", 0)
with open("zip64.npz", "wb") as file:
    file.write(local + central + end)
assert np.array_equal(np.load("zip64.npz")["x"], grid.astype("f4"))
