"""Copies a folder, with UD0 in the place of each CPUID of its programs and libraries, for `processor.c` to answer.

    python3 tools/processor/copy.py build/peers build/peers-avx2
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

# UD2 is what compilers write where a program is to be ended.
CPUID, UNDEFINED = b"\x0f\xa2", b"\x0f\xff"


def places(library: Path) -> list[int]:
    """The offsets in the file at which a CPUID stands: disassembled, since its two bytes also stand inside others."""
    sections = subprocess.run(["objdump", "-h", library], capture_output=True, text=True, check=True).stdout
    starts = [(int(address, 16), int(offset, 16), int(size, 16)) for size, address, offset in re.findall(
        r"^ +\d+ \S+ +([0-9a-f]{8}) +([0-9a-f]{16}) +[0-9a-f]{16} +([0-9a-f]{8})", sections, re.MULTILINE)]
    found = []
    command = ["objdump", "-d", "--no-show-raw-insn", library]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listing:
        for line in listing.stdout:
            if line.endswith("\tcpuid\n"):
                address = int(line.split(":")[0], 16)
                found += [offset + address - start for start, offset, size in starts if start <= address < start + size]
    return found


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target, symlinks=True)
    total = 0
    for library in sorted(target.rglob("*")):
        if library.is_symlink() or not library.is_file():
            continue
        with library.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                continue
        data = bytearray(library.read_bytes())
        if CPUID not in data:
            continue
        for place in places(library):
            if data[place:place + 2] != CPUID:
                raise SystemExit(f"{library}: no CPUID at {place:#x}")
            data[place:place + 2] = UNDEFINED
            total += 1
        library.write_bytes(data)
    print(f"{target}: {total} CPUID replaced")


if __name__ == "__main__":
    main()
