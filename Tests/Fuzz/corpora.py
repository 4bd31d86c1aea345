"""The corpora of the fuzzers: `corpora/PART.npz` holds the cases of a part as arrays of bytes.

    corpora.py keep PROGRAM [PART…]   makes them anew: as few cases as reach all that those in build/fuzz, those here,
                                      the seeds and the findings reach. PROGRAM: the fuzzer. Without PART: all
    corpora.py unpack PART            into build/fuzz/PART, from where a fuzzer goes on
"""

import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
FUZZ = HERE.parents[1] / "build/fuzz"
CORPORA = HERE / "corpora"
PARTS = HERE / "Checks/FuzzedPart.swift"
# What libFuzzer is told: an edge is reached or not, however often; a case is at most as long as those that are tried.
MERGE = ["-set_cover_merge=1", "-use_counters=0", "-timeout=60", "-rss_limit_mb=3000", "-max_len=65536"]


def keep(program, part):
    unpack(part)
    sources = [FUZZ / part, *(HERE / kind / part for kind in ("seeds", "findings"))]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [program, *MERGE, folder, *(source for source in sources if source.is_dir())], check=True,
            env={**os.environ, "CRNN_FUZZ": part}, stderr=subprocess.DEVNULL)
        cases = [case.read_bytes() for case in pathlib.Path(folder).iterdir()]
    arrays = {hashlib.sha1(case).hexdigest(): np.frombuffer(case, np.uint8) for case in cases}
    CORPORA.mkdir(exist_ok=True)
    np.savez_compressed(CORPORA / f"{part}.npz", **dict(sorted(arrays.items())))
    print(f"{part}: {len(arrays)} cases, {sum(map(len, cases))} bytes")


def unpack(part):
    folder = FUZZ / part
    folder.mkdir(parents=True, exist_ok=True)
    archive = CORPORA / f"{part}.npz"
    if archive.exists():
        for name, case in np.load(archive).items():
            (folder / name).write_bytes(case.tobytes())


def main():
    command, *names = sys.argv[1:] or [None]
    if command == "keep" and names:
        for part in names[1:] or re.findall(r"^  case ([a-z]+)$", PARTS.read_text(), re.MULTILINE):
            keep(names[0], part)
    elif command == "unpack" and len(names) == 1:
        unpack(*names)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
