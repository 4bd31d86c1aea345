"""A picture of the ratios, as SVG: a bar for each workload, with its floor and its aim."""

from xml.sax.saxutils import escape

from .goals import TIE

WIDTH, LEFT, ROW, TOP = 1040, 210, 24, 54
SCALE_END = 560  # pixels of the longest bar
STYLE = """<style>
  .paper { fill: white } text { fill: black } .one, .floor, .spread { stroke: black }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #111111 } text { fill: #eeeeee } .one, .floor, .spread { stroke: #eeeeee }
  }
</style>"""
AHEAD, MISSED, BEHIND = "#2b7a4b", "#c98a1b", "#b3372f"


def drawn(figures: dict) -> str:
    results = list(figures["results"].values())
    largest = max(max(result["ratio"], result["aim"] or 0) for result in results)
    unit = SCALE_END / largest
    height = TOP + ROW * len(results) + 40
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        ' font-family="sans-serif" font-size="12">',
        STYLE,
        f'<rect width="{WIDTH}" height="{height}" class="paper"/>',
        _text(16, 20, "Best peer's time divided by ours: beyond 1, crnn is faster"),
        _text(16, 38, f"{figures['processor']}; mark: floor, grey mark: aim; line: spread of {figures['runs']} runs"),
    ]
    for index, result in enumerate(results):
        lines += _bar(result, TOP + ROW * index, unit)
    bottom = TOP + ROW * len(results)
    one = LEFT + unit
    lines.append(_line(one, TOP - 4, one, bottom + 4, 'class="one" stroke-dasharray="3 3"'))
    lines.append(_text(one, bottom + 20, "as fast as the best peer", "middle"))
    return "\n".join(lines) + "\n</svg>\n"


def _bar(result: dict, y: float, unit: float) -> list:
    ratio, (low, high), middle = result["ratio"], result["spread"], y + ROW / 2 - 2
    below = result["floor"] is not None and ratio < result["floor"]
    colour = BEHIND if ratio < 1 - TIE else MISSED if below else AHEAD
    lines = [
        _text(LEFT - 8, middle + 4, result["name"], "end"),
        f'<rect x="{LEFT}" y="{y}" width="{ratio * unit:.1f}" height="{ROW - 6}" fill="{colour}"/>',
        _line(LEFT + low * unit, middle, LEFT + high * unit, middle, 'class="spread"'),
    ]
    for value, style in ((result["floor"], 'class="floor"'), (result["aim"], 'stroke="#888888"')):
        if value:
            x = LEFT + value * unit
            lines.append(_line(x, y - 2, x, y + ROW - 4, f'{style} stroke-width="2"'))
    end = LEFT + max(ratio, result["aim"] or 0) * unit + 6
    return [*lines, _text(end, middle + 4, f"{ratio:.2f} ({result['best_peer']})")]


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
