"""Writes the results into docs/performance.md, between two comments that it finds there."""

import pathlib

from steps.document import replaced
from steps.show import decibels

from .table import verdict

#: The commands that write a section each.
COMMANDS = ("make bench", "make bench-avx2")


def comments(command: str) -> tuple:
    """The lines between which a command's section stands."""
    return f"<!-- {command}: from here -->\n", f"<!-- {command}: to here -->\n"


def write(path: pathlib.Path, command: str, figures: dict) -> None:
    """Replaces what stands between the comments that name the command."""
    begin, end = comments(command)
    path.write_text(replaced(path.read_text(), begin, end, "\n".join(_lines(figures)) + "\n"))


def _lines(figures: dict):
    versions = ", ".join(f"{name} {version}" for name, version in figures["versions"].items())
    yield f"{figures['runs']} runs of {figures['seconds']:g} s for each workload; {figures['processor']}; {versions}."
    yield ""
    yield "| workload | best peer | its µs | ours µs | ratio | spread | by default | from C | floor | aim | |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for result in figures["results"].values():
        yield _row(result)
    yield ""
    yield from _missed(figures)
    yield from _bars(figures)
    yield from _not_measured(figures)
    yield "<details><summary>Every contestant</summary>"
    yield ""
    for result in figures["results"].values():
        yield from _contestants(result)
    yield "</details>"


def _row(result: dict) -> str:
    contestants, best = result["contestants"], result["best_peer"]
    low, high = result["spread"]
    numbers = (result["ratio_by_default"], result["ratio_from_c"], result["floor"], result["aim"])
    default, from_c, floor, aim = (f"{value:.3g}" if value else "" for value in numbers)
    ours = contestants[result["our_call"]]["min_us"]
    return (
        f"| {result['name']}, {result['unit']} | {best} | {contestants[best]['min_us']:.1f} | {ours:.1f} "
        f"| **{result['ratio']:.2f}** | {low:.2f} to {high:.2f} | {default} | {from_c} | {floor} | {aim} "
        f"| {verdict(result)} |")


def _missed(figures: dict):
    missed = figures["floors_missed"]
    if missed:
        yield f"Below the floor: {', '.join(missed)}."
        yield ""


def _bars(figures: dict):
    yield "| | ours | best peer | floor | aim |"
    yield "|---|---|---|---|---|"
    for bar in figures["bars"]:
        peer = f"{bar['best_peer']}: {bar['best_peer_value']:.1f}" if bar["best_peer"] else ""
        missed = "" if bar["floor_met"] else " (missed)"
        ours = f"{bar['value']:.2f}{missed}"
        yield f"| {bar['name']}, {bar['unit']} | {ours} | {peer} | {bar['floor']:g} | {bar['aim']:g} |"
    sizes = figures["library_bytes"]
    others = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in sizes.items() if name != "crnn")
    yield f"| libraries as installed, MB | {sizes['crnn'] / 1e6:.2f} | {others} | | |"
    yield ""
    for name, of_each in figures["footprint"].items():
        yield f"| {name}: a process that runs once | import and load, ms | start to first result, ms | memory, MB |"
        yield "|---|---|---|---|"
        for contestant, row in of_each.items():
            yield f"| {contestant} | {row['load_ms']:.1f} | {row['first_result_ms']:.0f} | {row['memory_mb']:.1f} |"
        yield ""


def _not_measured(figures: dict):
    yield "Not measured:"
    yield ""
    for one in figures["not_measured"]:
        yield f"* {one['what']}: {one['why']}"
    for result in figures["results"].values():
        for name, reason in result["refused"].items():
            yield f"* {name} on {result['name']}: {reason}"
    yield ""


def _contestants(result: dict):
    yield f"**{result['name']}, {result['unit']}**"
    yield ""
    yield "| contestant | minimum µs | median µs | SNR dB |"
    yield "|---|---|---|---|"
    for name, row in result["contestants"].items():
        remark = " (best peer)" if name == result["best_peer"] else "" if row["counts"] else " (does not count)"
        yield f"| {name}{remark} | {row['min_us']:.1f} | {row['median_us']:.1f} | {decibels(row['snr_db'])} |"
    yield ""
    if result["checksum"]:
        same = "equal" if result["checksum"]["same"] else "NOT EQUAL"
        yield f"Outputs {same} over {', '.join(result['checksum']['of'])}: SHA-256 {result['checksum']['sha256'][:16]}…"
        yield ""
