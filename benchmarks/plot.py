"""The plot of a run: the p50 of each Worker relative to TypeScript, for every request, on a logarithmic axis."""

import math

from benchmarks.names import NAIVE, OURS, STREAM, TYPESCRIPT
from benchmarks.results import Line, Results

_LABEL, _PLOT, _ROW, _TOP = 150, 560, 26, 60  # pixels
_LOW, _HIGH = 0.1, 20.0  # ratios at the two ends of the axis
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_COLOURS = {OURS: "#f6821f", STREAM: "#8ab4f8", NAIVE: "#9a9a9a"}


def draw(results: Results) -> str:
    """Return the SVG."""
    lines = [line for line in results.lines if line.ratio() is not None]
    height = _TOP + _ROW * len(lines) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LABEL + _PLOT + 40}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        *_axis(height),
        *_legend(),
        *(mark for index, line in enumerate(lines) for mark in _row(line, _TOP + _ROW * index + _ROW / 2)),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _x(ratio: float) -> float:
    inside = min(max(ratio, _LOW), _HIGH)
    return round(_LABEL + _PLOT * math.log(inside / _LOW) / math.log(_HIGH / _LOW), 1)


def _axis(height: int) -> list[str]:
    marks: list[str] = []
    for tick in _TICKS:
        colour = "#000" if tick == 1 else "#ddd"
        marks.append(f'<line x1="{_x(tick)}" x2="{_x(tick)}" y1="{_TOP - 8}" y2="{height - 20}" stroke="{colour}"/>')
        marks.append(f'<text x="{_x(tick)}" y="{_TOP - 14}" text-anchor="middle">{tick:g}</text>')
    return marks


def _legend() -> list[str]:
    marks = ['<text x="10" y="20" font-weight="bold">p50 relative to the documented TypeScript Worker</text>']
    for index, (name, colour) in enumerate(_COLOURS.items()):
        x = 360 + 125 * index
        marks.append(f'<circle cx="{x}" cy="16" r="5" fill="{colour}"/><text x="{x + 9}" y="20">{name}</text>')
    return marks


def _row(line: Line, y: float) -> list[str]:
    marks = [f'<text x="{_LABEL - 10}" y="{y + 4}" text-anchor="end">{line.kind}, {line.texts:,}</text>']
    base = line.cells[TYPESCRIPT].p50_ms
    for name, colour in _COLOURS.items():
        cell = line.cells.get(name)
        if not cell or not cell.p50_ms:
            continue
        x = _x(cell.p50_ms / base)
        if name == OURS:
            start, end = sorted((_x(1), x))
            marks.append(f'<rect x="{start}" y="{y - 6}" width="{end - start:.1f}" height="12" fill="{colour}"/>')
        else:
            marks.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>')
    return marks
