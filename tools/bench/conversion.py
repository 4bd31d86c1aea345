"""How long a conversion takes, and how much memory at most: captcha_crnn of the zoo with its 60 calibration images.

    make bench-convert                (RUNS=5: the least of five)

The bars are 30 seconds of two processor cores and 1 GB; the exit status is 1 where the least of the runs misses one.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS, MEGABYTES = 30, 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    zoo = pathlib.Path(os.environ.get("CRNN_ZOO", ROOT.parent / "shared/zoo"))
    network = zoo / "captcha_crnn/model.onnx"
    if not network.is_file():
        sys.exit(f"bench-convert: there is no network at {network}: CRNN_ZOO says where they are")
    best = (float("inf"),) * 3
    with tempfile.TemporaryDirectory() as folder:
        command = [ROOT / "tools/zoo/zoo", "--convert", "captcha_crnn", network, f"{folder}/model.crnn"]
        for _ in range(runs):
            start = time.monotonic()
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            if status != 0:
                sys.exit("bench-convert: the conversion failed")
            # Of the script and the tool that it waits for. The system counts kibibytes.
            figures = (time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)
            print("{:.1f} s, {:.1f} s of processors, {:.0f} MB".format(*figures), flush=True)
            best = min(best, figures)
    seconds, processors, megabytes = best
    print(f"captcha_crnn, 60 images, least of {runs}: {seconds:.1f} s, {processors:.1f} s of processors, "
          f"{megabytes:.0f} MB at most")
    sys.exit(seconds >= SECONDS or megabytes >= MEGABYTES)


if __name__ == "__main__":
    main()
