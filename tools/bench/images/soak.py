"""The memory of `crnn classify` or `crnn read` on a folder of very many pictures: its peak after 100, 1,000, ... rows.

    python3 tools/bench/images/soak.py --files 100000                  # `make soak-images FILES=100000`

The folder, build/soak-images/pictures, has names of its own for the pictures of --pictures, over and over. Ends with 1
where the peak is 64 MiB or more, or where it grows by more than 8 MiB behind the first hundred rows; the list of a
folder's names is part of it.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORK = ROOT / "build/soak-images"
MOST, GROWTH = 64 << 20, 8 << 20


def make_folder(pictures, count):
    """`count` names of the files in `pictures`: links, which cost no space."""
    folder = WORK / "pictures"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sources = sorted(path for path in pictures.iterdir() if path.suffix in (".png", ".jpg", ".jpeg"))
    for index in range(count):
        source = sources[index % len(sources)]
        os.symlink(source, folder / f"{index:08}{source.suffix}")
    return folder


def peak(process):
    """The most memory that the process has had, in bytes; 0 where it has ended."""
    try:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def measure(command, out, marks):
    """Runs the command, which writes rows to `out`; the peak when a mark's row was there, and that at the end."""
    process, most, rows, found = subprocess.Popen(command), 0, -1, {}
    while not out.exists() and process.poll() is None:
        time.sleep(0.001)
    with open(out, "rb") as written:
        while True:
            has_ended = process.poll() is not None
            # The first row is the header.
            rows += written.read().count(b"\n")
            most = max(most, peak(process))
            for mark in marks:
                if rows >= mark:
                    found.setdefault(mark, most)
            if has_ended:
                return process.returncode, rows, found, most
            time.sleep(0.002)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--command", choices=["classify", "read"], default="classify")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "build/demo/digits.crnn")
    parser.add_argument("--pictures", type=pathlib.Path, default=ROOT / "tools/demo/images/test")
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/crnn")
    words = parser.parse_args()
    folder, out = make_folder(words.pictures.resolve(), words.files), WORK / "rows.csv"
    out.unlink(missing_ok=True)
    command = [words.tool, words.command, words.model, folder, "--threads", words.threads, "--format", "csv", "-o", out]
    marks = [10**power for power in range(2, 12) if 10**power < words.files]
    begun = time.perf_counter()
    status, rows, found, most = measure([str(word) for word in command], out, marks)
    seconds = time.perf_counter() - begun
    shutil.rmtree(folder)
    if status != 0 or rows != words.files:
        sys.exit(f"soak-images: status {status} after {rows} rows of {words.files}")
    print(f"crnn {words.command}, {words.files:,} files, {words.threads} threads, {seconds:.0f} seconds")
    for mark in marks:
        print(f"peak when {mark:>11,} rows were written  {found[mark] / 2**20:6.1f} MiB")
    print(f"peak at the end{most / 2**20:32.1f} MiB")
    if most >= MOST or most - found[min(marks)] > GROWTH:
        sys.exit("soak-images: that is not constant, or too much")


if __name__ == "__main__":
    main()
