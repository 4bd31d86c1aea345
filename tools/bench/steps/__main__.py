"""Measures one streaming step of three real networks, this library and its peers in one process, and compares.

    make bench-steps                                                  # installs the peers, converts, measures, compares
    PYTHONPATH=tools/bench:bindings/python build/peers/bin/python -m steps --runs 5 --seconds 5

Each run is a process of its own, in which all contestants take turns on one thread. Prints a table and writes
build/bench-steps.json. The machine may be busy: the minimum of each run counts, the median stands beside it.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

from . import contestants, document, measure, workloads
from .compare import compare
from .show import show

ROOT = pathlib.Path(__file__).resolve().parents[3]


def arguments():
    parser = argparse.ArgumentParser(prog="steps", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="processes that measure everything, one after the other")
    parser.add_argument("--seconds", type=float, default=5, help="of each network in each run")
    parser.add_argument("--only", action="append", metavar="NETWORK", help="only this network; may be repeated")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build/bench-steps.json")
    parser.add_argument("--document", type=pathlib.Path, help="also into this page, between its two comments")
    parser.add_argument("--reuse", action="store_true", help="the files that were converted the last time")
    parser.add_argument("--zoo", type=pathlib.Path, default=os.environ.get("CRNN_ZOO", ROOT.parent / "shared/zoo"))
    parser.add_argument("--run", help=argparse.SUPPRESS)  # one run: the files as JSON
    return parser.parse_args()


def chosen(options):
    return [make(options.zoo) for make in workloads.ALL if not options.only or make.__name__ in options.only]


def prepared(options):
    """The files of every contestant, by network."""
    folder = ROOT / "build/bench"
    kept = folder / "files.json"
    files = json.loads(kept.read_text()) if kept.exists() else {}
    for workload in chosen(options):
        if not options.reuse or workload.name not in files:
            files[workload.name] = contestants.prepare(workload, ROOT, folder / workload.name)
    kept.write_text(json.dumps(files))
    return files


def one_run(options):
    """What a measuring process prints."""
    files = json.loads(options.run)
    names = {workload.name: workload for workload in chosen(options)}
    print(json.dumps({name: measure.run(workload, files[name], options.seconds) for name, workload in names.items()}))


def all_runs(options, files):
    words = [sys.executable, "-m", "steps", "--run", json.dumps(files), *sys.argv[1:]]
    for number in range(options.runs):
        print(f"run {number + 1} of {options.runs}", file=sys.stderr)
        yield json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)


def main():
    options = arguments()
    if not pathlib.Path(options.zoo).is_dir():
        sys.exit(f"steps: there are no networks at {options.zoo}: CRNN_ZOO says where they are")
    if options.run:
        one_run(options)
        return
    files = prepared(options)
    runs = list(all_runs(options, files))
    results = {}
    for workload in chosen(options):
        ours = [name for name in contestants.OURS if name in runs[0][workload.name]]
        compared = compare(runs, workload.name, ours)
        results[workload.name] = {"name": workload.name, "unit": workload.unit, **compared}
        show(results[workload.name])
    figures = {"runs": options.runs, "seconds": options.seconds, "results": results}
    options.output.write_text(json.dumps(figures, indent=2) + "\n")
    if options.document:
        document.write(options.document, figures)


main()
