"""Writes the tables into docs/performance.md, between two comments that it finds there."""

import pathlib

from .machine import processor

BEGIN, END = "<!-- make bench-steps: from here -->\n", "<!-- make bench-steps: to here -->\n"


def write(path: pathlib.Path, document: dict) -> None:
    """Replaces what stands between the comments."""
    path.write_text(replaced(path.read_text(), BEGIN, END, _tables(document)))


def replaced(text: str, begin: str, end: str, middle: str) -> str:
    """A text with something else between two lines of it."""
    before, rest = text.split(begin, 1)
    return before + begin + middle + end + rest.split(end, 1)[1]


def _tables(document: dict) -> str:
    lines = [f"{document['runs']} runs of {document['seconds']:g} s for each network; {processor()}.", ""]
    for result in document["results"].values():
        lines += [f"**{result['name']}, {result['unit']}**", ""]
        lines += ["| contestant | minimum µs | median µs | SNR dB |", "|---|---|---|---|"]
        for name, row in result["contestants"].items():
            shown = f"{name} (best peer)" if name == result["best_peer"] else name
            lines.append(f"| {shown} | {row['min_us']:.1f} | {row['median_us']:.1f} | {row['snr_db']:.1f} |")
        lines.append("")
        for ours, ratio in result["ratios"].items():
            spread = f"{ratio['min']:.2f} to {ratio['max']:.2f}"
            lines.append(f"* {ours}: {ratio['median']:.2f} times as fast as the best peer ({spread})")
        lines.append("")
    return "\n".join(lines) + "\n"
