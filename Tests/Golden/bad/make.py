#!/usr/bin/env python3
"""Tests/Golden/bad/make.py: files that break one rule of the reader each, NAME.bin, and what it must say of each
(expected.txt: name and status), all of them made of Tests/Conformance/vectors/dense-u8.crnn with every checksum right
unless that is the rule.

The files that are there stay as they are: a later reader must refuse them as the first one did. To add one, add a line
to RULES and run this; it writes what is missing.
"""

import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
GOOD = HERE.parents[1] / "Conformance/vectors/dense-u8.crnn"

# Offsets of crnn_file_header, Sources/CCRNN/include/crnn_format.h.
MAGIC, FORMAT, READER, NUMERICS, FEATURES, FILE_SIZE = 0, 8, 10, 12, 16, 24
PREFIX_SIZE, SECTION_COUNT, SECTION_OFFSET, PREFIX_CHECKSUM, PAYLOAD_CHECKSUM = 32, 36, 40, 44, 48
HEADER_CHECKSUM, HEADER = 124, 128
STRINGS, TENSORS, NODES, INDICES, BLOBS, PORTS, METADATA, WEIGHTS = range(1, 9)
SECTION = 24  # bytes of its record: kind, flags, offset, length
TENSOR, NODE, PORT = 104, 224, 64
TENSOR_FIELDS = {"name": 0, "store": 4, "height": 8, "width": 12, "channels": 16, "stride": 20, "zero": 32,
                 "minimum": 36, "maximum": 40, "denominator": 48, "delay": 64}
NODE_FIELDS = {"op": 0, "name": 4, "output": 8, "input_first": 12, "input_count": 16, "blob_first": 20,
               "blob_count": 24, "segments": 96, "activation": 100}
PORT_FIELDS = {"direction": 0, "name": 4, "tensor": 8, "rank": 12, "shape": 16}


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


class File:
    """The good file, to be made bad; `repaired` gives it right checksums again."""

    def __init__(self):
        self.bytes = bytearray(GOOD.read_bytes())

    def set(self, offset, form, *values):
        struct.pack_into("<" + form, self.bytes, offset, *values)
        return self

    def get(self, offset, form="I"):
        return struct.unpack_from("<" + form, self.bytes, offset)[0]

    def record(self, kind):
        """Where the record of a section of this kind stands in the table."""
        table, count = self.get(SECTION_OFFSET), self.get(SECTION_COUNT)
        return next(at for at in range(table, table + SECTION * count, SECTION) if self.get(at) == kind)

    def section(self, kind):
        return self.get(self.record(kind) + 8, "Q")

    def tensor(self, field, form, value, index=0):
        return self.set(self.section(TENSORS) + TENSOR * index + TENSOR_FIELDS[field], form, value)

    def node(self, field, value):
        return self.set(self.section(NODES) + NODE_FIELDS[field], "I", value)

    def port(self, field, value, index=0):
        return self.set(self.section(PORTS) + PORT * index + PORT_FIELDS[field], "I", value)

    def repaired(self):
        prefix = self.get(PREFIX_SIZE)
        if HEADER <= prefix <= len(self.bytes):
            self.set(PREFIX_CHECKSUM, "I", crc32c(self.bytes[HEADER:prefix]))
            self.set(PAYLOAD_CHECKSUM, "I", crc32c(self.bytes[prefix:]))
        return self.header()

    def header(self):
        return self.set(HEADER_CHECKSUM, "I", crc32c(self.bytes[:HEADER_CHECKSUM]))

    def cut(self, count):
        self.bytes = self.bytes[:count]
        return self


def new_section(flags):
    """METADATA becomes a section of a kind that does not exist yet."""
    file = File()
    at = file.record(METADATA)
    return file.set(at, "I", 40).set(at + 4, "I", flags).repaired()


def changed_section(kind, offset=None, length=None, becomes=None):
    file = File()
    at = file.record(kind)
    if becomes is not None:
        file.set(at, "I", becomes)
    if offset is not None:
        file.set(at + 8, "Q", offset)
    if length is not None:
        file.set(at + 16, "Q", length)
    return file.repaired()


def header(offset, form, value):
    return File().set(offset, form, value).repaired()


def unrepaired(offset):
    file = File()
    return file.set(offset, "B", file.get(offset, "B") ^ 1)


def movement(operation, elements, result, kernel=1, before=0, parameter=0):
    """A node that only moves codes in place of the dense one, from a frame for each sequence; `result`: elements, and
    the last fields of its tensor's record."""
    file = File().set(FEATURES, "Q", 1 << operation)
    once = (0, 1, 0, 0, 0, 0.0, 1.0, 0.0, 0.0, 1.0)
    for index, (name, count, timing) in enumerate(((1, elements, once), (5, *result))):
        fields = (name, 1, 1, 1, count, (count + 15) // 16 * 16, 1.0, 1.0, 0, 0, 255, *timing)
        struct.pack_into("<6I2f3i5I5d", file.bytes, file.section(TENSORS) + TENSOR * index, *fields)
        file.port("shape", count, index)
    at = file.section(NODES)
    fields = (operation, 5, 1, 0, 1, 0, 0, 0, kernel, *(1,) * 8, before, *(0,) * 5, 1, 1, 0, 0.0, 0.0, parameter)
    struct.pack_into("<8I3I3I3I3i3iIII2fi", file.bytes, at, *fields)
    return file.repaired()


# Products that are right modulo 2 to the 32, which is what a machine of 32 bits could take them for.
WRAPPED_WINDOW = movement(11, 65537, (65536, (0, 1, 0, 0, 0, 0.0, 1.0, 0.0, 0.0, 1.0)), kernel=65536, before=65535)
WRAPPED_UNSTACK = movement(
    16, 131073, (65537, (65537, 1, 0, 1, 0, 0.0, 0.0, 1.0, 0.0, 65537.0)), parameter=65537)

SIZE, PREFIX = File().get(FILE_SIZE, "Q"), File().get(PREFIX_SIZE)
RULES = {
    "empty": ("FILE_EMPTY", File().cut(0)),
    "shorter-than-a-header": ("FILE_TRUNCATED", File().cut(127)),
    "header-alone": ("FILE_TRUNCATED", File().cut(HEADER)),
    "prefix-alone": ("FILE_TRUNCATED", File().cut(PREFIX)),
    "last-byte-missing": ("FILE_TRUNCATED", File().cut(SIZE - 1)),
    "magic": ("FILE_MAGIC", header(MAGIC, "B", 0x63)),
    "magic-after-text-conversion": ("FILE_MAGIC", header(MAGIC + 4, "H", 0x0A0A)),
    "header-damaged": ("FILE_CHECKSUM", unrepaired(FEATURES)),
    "prefix-damaged": ("FILE_CHECKSUM", unrepaired(File().section(STRINGS) + 1)),
    "weights-damaged": ("FILE_CHECKSUM", unrepaired(SIZE - 1)),
    "reader-too-new": ("FILE_TOO_NEW", File().set(FORMAT, "H", 2).set(READER, "H", 2).header()),
    "reader-never-written": ("FILE_VERSION", header(READER, "H", 0)),
    "writer-older-than-its-reader": ("FILE_VERSION", header(FORMAT, "H", 0)),
    "numerics-never-written": ("FILE_VERSION", header(NUMERICS, "I", 0)),
    "numerics-too-new": ("FILE_TOO_NEW", header(NUMERICS, "I", 2)),
    "operation-too-new": ("FILE_TOO_NEW", header(FEATURES, "Q", 1 << 62)),
    "section-must-be-understood": ("FILE_TOO_NEW", new_section(flags=1)),
    "section-may-be-ignored": ("OK", new_section(flags=0)),
    "prefix-longer-than-file": ("FILE_MALFORMED", header(PREFIX_SIZE, "I", SIZE + 1)),
    "prefix-shorter-than-header": ("FILE_MALFORMED", header(PREFIX_SIZE, "I", HEADER - 1)),
    "file-of-2-to-the-63": ("FILE_MALFORMED", header(FILE_SIZE, "Q", 1 << 63)),
    "section-table-outside": ("FILE_MALFORMED", header(SECTION_OFFSET, "I", PREFIX)),
    "section-table-unaligned": ("FILE_MALFORMED", header(SECTION_OFFSET, "I", 132)),
    "too-many-sections": ("FILE_MALFORMED", header(SECTION_COUNT, "I", 65)),
    "section-outside": ("FILE_MALFORMED", changed_section(WEIGHTS, length=SIZE)),
    "section-whose-end-wraps": ("FILE_MALFORMED", changed_section(WEIGHTS, length=(1 << 64) - 64)),
    "section-unaligned": ("FILE_MALFORMED", changed_section(PORTS, offset=File().section(PORTS) + 8)),
    "section-twice": ("FILE_MALFORMED", changed_section(METADATA, becomes=PORTS)),
    "names-not-terminated": ("FILE_MALFORMED", changed_section(STRINGS, length=68)),
    "no-ports": ("FILE_MALFORMED", changed_section(PORTS, length=0)),
    "texts-outside": ("FILE_MALFORMED", File().set(File().section(METADATA), "I", 1 << 20).repaired()),
    "tensor-of-no-width": ("FILE_MALFORMED", File().tensor("width", "I", 0).repaired()),
    "tensor-of-2-to-the-32-channels": ("FILE_MALFORMED", File().tensor("channels", "I", 0xFFFFFFFF).repaired()),
    "tensor-of-unknown-store": ("FILE_MALFORMED", File().tensor("store", "I", 9).repaired()),
    "tensor-with-a-stride-of-its-own": ("FILE_MALFORMED", File().tensor("stride", "I", 64).repaired()),
    "tensor-with-codes-out-of-range": ("FILE_MALFORMED", File().tensor("maximum", "i", 256).repaired()),
    "tensor-with-zero-out-of-range": ("FILE_MALFORMED", File().tensor("zero", "i", 300).repaired()),
    "tensor-with-rate-by-nothing": ("FILE_MALFORMED", File().tensor("denominator", "I", 0).repaired()),
    "tensor-with-a-delay-of-its-own": ("FILE_MALFORMED", File().tensor("delay", "d", 1e9, index=1).repaired()),
    "port-of-no-tensor": ("FILE_MALFORMED", File().port("tensor", 7).repaired()),
    "port-of-rank-5": ("FILE_MALFORMED", File().port("rank", 5).repaired()),
    "port-of-another-shape": ("FILE_MALFORMED", File().port("shape", 2).repaired()),
    "port-of-no-direction": ("FILE_MALFORMED", File().port("direction", 2).repaired()),
    "no-input-port": ("FILE_MALFORMED", File().port("direction", 1).repaired()),
    "node-of-an-unknown-operation": ("FILE_MALFORMED", File().node("op", 40).repaired()),
    "node-of-another-operation": ("FILE_MALFORMED", File().node("op", 4).repaired()),
    "node-with-a-name-outside": ("FILE_MALFORMED", File().node("name", 1 << 30).repaired()),
    "node-without-inputs": ("FILE_MALFORMED", File().node("input_count", 0).repaired()),
    "node-with-inputs-outside": ("FILE_MALFORMED", File().node("input_first", 0xFFFFFFFF).repaired()),
    "node-that-uses-its-own-output": ("FILE_MALFORMED", File().set(File().section(INDICES), "I", 1).repaired()),
    "node-with-constants-outside": ("FILE_MALFORMED", File().node("blob_count", 5).repaired()),
    "node-with-too-few-constants": ("FILE_MALFORMED", File().node("blob_count", 3).repaired()),
    "node-of-an-unknown-activation": ("FILE_MALFORMED", File().node("activation", 99).repaired()),
    "node-with-empty-segments": ("FILE_MALFORMED", File().node("segments", 1 << 20).repaired()),
    "tensor-of-two-producers": ("FILE_MALFORMED", File().node("output", 0).repaired()),
    "constants-outside": ("FILE_MALFORMED", File().set(File().section(BLOBS) + 8, "Q", 1 << 40).repaired()),
    "window-whose-elements-wrap": ("FILE_MALFORMED", WRAPPED_WINDOW),
    "unstack-whose-elements-wrap": ("FILE_MALFORMED", WRAPPED_UNSTACK),
    "port-whose-shape-wraps": ("FILE_MALFORMED", File().port("rank", 4).set(
        File().section(PORTS) + PORT_FIELDS["shape"] + 4, "3I", 1 << 31, 1 << 31, 4).repaired()),
    "constants-unaligned": ("FILE_MALFORMED", File().set(File().section(BLOBS), "Q", 4).repaired()),
}


def main():
    for name, (_, file) in RULES.items():
        if not (HERE / f"{name}.bin").exists():
            (HERE / f"{name}.bin").write_bytes(file.bytes)
    lines = [f"{name} CRNN_{'' if status == 'OK' else 'ERROR_'}{status}\n" for name, (status, _) in RULES.items()]
    (HERE / "expected.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
