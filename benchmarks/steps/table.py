"""The table of the steps, and its place in the README."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.figures.report import table
from benchmarks.steps import breakdown
from benchmarks.steps.breakdown import MOST_UNEXPLAINED, ORDER, Clocked

BEGIN, END = "<!-- steps: begin -->", "<!-- steps: end -->"


class Measured:
    """What was measured with one number of texts: the steps, and the p50 in ms of the Workers compared."""

    def __init__(self, texts: int, requests: Sequence[Clocked], compared: Mapping[str, float]) -> None:
        self.texts = texts
        self.typical = breakdown.typical(requests)
        self.slowest = breakdown.slowest(requests)
        self.compared = compared

    @property
    def unexplained(self) -> bool:
        return self.typical.unexplained > MOST_UNEXPLAINED


def text(measured: Sequence[Measured]) -> str:
    """Return the table as Markdown: a column for each number of texts, and one for the slowest with the most texts."""
    *_, last = measured
    columns = [*(each.typical for each in measured), last.slowest]
    head = ["step, ms", *(_texts(each.texts) for each in measured), f"{_texts(last.texts)}, the slowest 3 %"]
    rows = [[step, *(f"{column.steps[step]:.2f}" for column in columns)] for step in ORDER]
    rows.append(["**all, with clocks**", *(f"{column.total:.2f}" for column in columns)])
    rows.append(["not explained", *(f"{100 * column.unexplained:.0f} %" for column in columns)])
    rows += [[f"p50 of {name}", *(f"{each.compared[name]:.2f}" for each in measured), ""] for name in last.compared]
    return table(head, rows)


def _texts(count: int) -> str:
    return f"{count} text{'s' if count > 1 else ''}"


def write(text: str, readme: Path) -> None:
    """Write the table between the markers in the README."""
    before, _, rest = readme.read_text().partition(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}")
