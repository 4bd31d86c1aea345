#!/usr/bin/env python3
"""Draws the pictures of docs/streaming.md:

    python3 tools/docs/pictures.py docs/pictures
    build/crnn inspect build/tests/models/bounded.crnn --svg docs/pictures/bounded.svg

This program those of rows of frames and what they are computed from, as SVG that is readable on light and dark ground;
the tool that of a network. Needs nothing but Python.
"""

import pathlib
import sys
from html import escape

STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; text-anchor: middle }
.label { text-anchor: end; font-weight: 600 }
.note { text-anchor: start; fill: #59636e; font-size: 12px }
.middle { text-anchor: middle }
.ground { fill: #ffffff }
.frame { fill: #f6f8fa; stroke: #818b98 }
.padding { fill: none; stroke: #818b98; stroke-dasharray: 4 3 }
.seen { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.6 }
.given { fill: #dafbe1; stroke: #1a7f37; stroke-width: 1.6 }
.late { fill: #ffebe9; stroke: #cf222e; stroke-width: 1.6 }
.gone { fill: none; stroke: #d1d9e0 }
.gone-text { fill: #9198a1 }
.ray { stroke: #0969da; stroke-width: 1.2; fill: none; opacity: .75 }
.brace { stroke: #59636e; stroke-width: 1.2; fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .note { fill: #9198a1 }
  .ground { fill: #0d1117 }
  .frame { fill: #151b23; stroke: #656c76 }
  .padding { stroke: #656c76 }
  .seen { fill: #0c2d4a; stroke: #4493f8 }
  .given { fill: #0f2f1a; stroke: #3fb950 }
  .late { fill: #3c1618; stroke: #f85149 }
  .gone { stroke: #3d444d }
  .gone-text { fill: #656c76 }
  .ray { stroke: #4493f8 }
  .brace { stroke: #9198a1 }
}
"""
CELL, HEIGHT, LEFT = 46, 30, 190


class Picture:
    """Frames stand in columns of time; rows go down."""

    def __init__(self, title, columns, height):
        self.title, self.width, self.height, self.parts = title, LEFT + columns * CELL + 24, height, []

    @staticmethod
    def x(time):
        """The middle of the column of a moment."""
        return LEFT + (time + 0.5) * CELL

    def text(self, x, y, text, style=""):
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(text)}</text>')

    def row(self, y, label, frames):
        """`frames`: (time, text, style) of each."""
        self.text(LEFT - 14, y + HEIGHT / 2 + 5, label, "label")
        for time, text, style in frames:
            self.parts.append(
                f'<rect x="{self.x(time) - CELL / 2 + 3:g}" y="{y:g}" width="{CELL - 6}" height="{HEIGHT}" rx="6" '
                f'class="{style}"/>')
            self.text(self.x(time), y + HEIGHT / 2 + 5, text, "gone-text" if style in ("gone", "padding") else "")

    def ray(self, from_time, from_y, to_time, to_y):
        self.parts.append(
            f'<path d="M{self.x(from_time):g} {from_y:g}L{self.x(to_time):g} {to_y:g}" class="ray"/>')

    def brace(self, first, last, y, text):
        a, b = self.x(first) - CELL / 2 + 3, self.x(last) + CELL / 2 - 3
        self.parts.append(f'<path d="M{a:g} {y - 6:g}V{y:g}H{b:g}V{y - 6:g}" class="brace"/>')
        self.text((a + b) / 2, y + 17, text, "note middle")

    def write(self, path):
        body = "\n".join(self.parts)
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {self.height:g}" '
            f'width="{self.width:g}" height="{self.height:g}" role="img">\n<title>{escape(self.title)}</title>\n'
            f'<style>{STYLE}</style>\n<rect width="{self.width:g}" height="{self.height:g}" class="ground"/>\n'
            f"{body}\n</svg>\n")


def frames(name, count, styles=None, first=0):
    """`count` frames, in plain style but for those in `styles`."""
    return [(i, f"{name}{i}", (styles or {}).get(i, "frame")) for i in range(first, first + count)]


def window():
    """One padded convolution: which frames one result sees, and when it can come."""
    picture = Picture("A convolution over three frames, padded by one on both sides", 13, 178)
    picture.row(24, "frames that come", [
        (-1 + 1, "0", "padding"), *[(i + 1, f"x{i}", "seen" if 3 <= i <= 5 else "frame") for i in range(8)],
        (9, "0", "padding")])
    picture.row(104, "frames that go", [(i + 1, f"y{i}", "given" if i == 4 else "frame") for i in range(8)])
    for source in (3, 4, 5):
        picture.ray(source + 1, 54, 5, 104)
    picture.brace(4, 6, 66, "")
    picture.text(picture.x(6) + CELL / 2 + 8, 84, "the window of y4: it goes with x5, lookahead 1", "note")
    picture.text(picture.x(0) - CELL / 2 + 3, 160, "padding before: known at once", "note")
    picture.text(picture.x(7) - CELL / 2 + 3, 160, "padding after: known at the end", "note")
    return picture


def lookahead():
    """Two convolutions in a row, the second with stride 2: lookahead and receptive field add up."""
    picture = Picture("Lookahead and receptive field of two convolutions", 13, 250)
    seen = {i: "seen" for i in range(4, 9)}
    seen[7] = seen[8] = "late"
    picture.row(20, "input", frames("x", 12, seen))
    picture.row(92, "3 wide, stride 1", frames("y", 12, {5: "seen", 6: "seen", 7: "seen"}))
    picture.row(164, "3 wide, stride 2", [(2 * i, f"z{i}", "given" if i == 3 else "frame") for i in range(6)])
    for y in (5, 6, 7):
        picture.ray(y, 122, 6, 164)
        for x in (y - 1, y, y + 1):
            picture.ray(x, 50, y, 92)
    picture.brace(4, 8, 214, "receptive field of z3: 5 frames, x4 to x8; lookahead 2: two lie after x6, 6 = 3 · 2")
    return picture


def join():
    """Two ways of different delay that meet: the faster one's frames wait in their ring."""
    picture = Picture("What stands in the rings when x6 has come", 13, 252)
    picture.row(20, "input", [
        *frames("x", 5, {i: "gone" for i in range(5)}), (5, "x5", "frame"), (6, "x6", "frame")])
    picture.row(80, "convolution, 3 wide", [*frames("c", 5, {i: "gone" for i in range(5)})])
    picture.row(140, "recurrent layer", [
        *frames("h", 5, {i: "gone" for i in range(5)}), (5, "h5", "seen"), (6, "h6", "seen")])
    picture.row(200, "sum", frames("s", 5, {i: "gone" for i in range(4)} | {4: "given"}))
    picture.text(picture.x(7) - 10, 160, "they wait for c5 and c6", "note")
    picture.text(picture.x(7) - 10, 40, "c5 and c6 still need them (lookahead 2)", "note")
    picture.text(picture.x(5) - 10, 220, "goes now; the grey frames have left their rings", "note")
    return picture


def main():
    folder = pathlib.Path(sys.argv[1])
    for draw in (window, lookahead, join):
        draw().write(folder / f"{draw.__name__}.svg")


if __name__ == "__main__":
    main()
