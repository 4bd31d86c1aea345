"""Measures this library beside its peers on convolutional-recurrent networks, in one process, taking turns.

    make bench                                                        # installs the peers, converts, measures, compares
    PYTHONPATH=tools/bench:bindings/python build/peers/bin/python -m beside --runs 1 --seconds 1 --only captcha_crnn

Each run is a process of its own. Prints a table and writes build/bench.json and build/bench.svg. The machine may
be busy: the minimum of each run counts, the median stands beside it.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

from . import batch, checksums, contestants, document, footprint, plot, report, table, workloads

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "build/bench"
FILES = FOLDER / "files-of-all.json"


def arguments():
    parser = argparse.ArgumentParser(prog="beside", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="processes that measure everything, one after the other")
    parser.add_argument("--seconds", type=float, default=4, help="of each workload in each run")
    parser.add_argument("--only", action="append", metavar="WORKLOAD", help="only this workload; may be repeated")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build/bench.json")
    parser.add_argument("--document", type=pathlib.Path, help="also into this page, between its two comments")
    parser.add_argument(
        "--command", choices=document.COMMANDS, default=document.COMMANDS[0], help="what the comments of the page say")
    parser.add_argument("--reuse", action="store_true", help="the files that were converted the last time")
    parser.add_argument("--zoo", type=pathlib.Path, default=os.environ.get("CRNN_ZOO", ROOT.parent / "shared/zoo"))
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)  # one run, whose results are printed
    return parser.parse_args()


def chosen(options) -> dict:
    """The workloads that were asked for, by name."""
    makers = workloads.makers(pathlib.Path(options.zoo), FOLDER)
    unknown = set(options.only or ()) - makers.keys()
    if unknown:
        sys.exit(f"beside: there is no workload {', '.join(sorted(unknown))}; there are {', '.join(makers)}")
    return {name: make() for name, make in makers.items() if not options.only or name in options.only}


def kind(workload):
    """The module that knows how a workload is prepared and run."""
    return batch if isinstance(workload, batch.Batch) else contestants


def prepared(options, chosen_workloads) -> dict:
    """The files of every contestant, by workload."""
    files = json.loads(FILES.read_text()) if FILES.exists() else {}
    for name, workload in chosen_workloads.items():
        if not options.reuse or name not in files:
            print(f"preparing {name}", file=sys.stderr)
            files[name] = kind(workload).prepare(workload, ROOT, FOLDER / name)
            FILES.write_text(json.dumps(files, indent=2))
    return files


def one_run(options):
    """What a measuring process prints."""
    files, results = json.loads(FILES.read_text()), {}
    for name, workload in chosen(options).items():
        results[name] = kind(workload).one_run(workload, files[name], options.seconds)
    print(json.dumps(results))


def all_runs(options):
    words = [sys.executable, "-m", "beside", "--run", *sys.argv[1:]]
    for number in range(options.runs):
        print(f"run {number + 1} of {options.runs}", file=sys.stderr)
        yield json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)


def main():
    options = arguments()
    if options.run:
        one_run(options)
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    asked = chosen(options)
    if not pathlib.Path(options.zoo).is_dir():
        print(f"there are no networks at {options.zoo}, which CRNN_ZOO names: only random ones", file=sys.stderr)
    files = prepared(options, asked)
    runs = list(all_runs(options))
    summed = {batch: checksums.of_batch, contestants: checksums.of}
    sums = {name: summed[kind(workload)](workload, files[name]) for name, workload in asked.items()}
    figures = report.figures(options, asked, files, runs, footprint.measured(asked, files), sums)
    options.output.write_text(json.dumps(figures, indent=2, allow_nan=False) + "\n")
    options.output.with_suffix(".svg").write_text(plot.drawn(figures))
    table.show(figures)
    if options.document:
        document.write(options.document, options.command, figures)
    if not all(result["same"] for result in sums.values()):
        sys.exit("beside: outputs differ between instruction sets or chunks")


main()
