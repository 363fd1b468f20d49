"""Writes the figures of a run as results.json and tables."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from benchmarks.figures import goals
from benchmarks.figures.results import Cell, Line, Results
from benchmarks.measures.search import VECTORS
from benchmarks.subjects.names import OURS, TYPESCRIPT

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def text(results: Results) -> str:
    """Return all tables as Markdown."""
    parts = [f"Measured on: {results.environment()}.", _headline(results), _goals(results), _details(results)]
    parts += [_startup(results.startup_s)] if results.startup_s else []
    parts += [_heap(results.heap_mib)] if results.heap_mib else []
    parts += [_searches(results.search_cpu_ms)] if results.search_cpu_ms else []
    parts += ["### Wrong answers\n\n" + "\n".join(results.faults())] if results.faults() else []
    return "\n\n".join(parts) + "\n"


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _headline(results: Results) -> str:
    rows = [
        [line.kind, f"{line.texts:,}", _p50(line, OURS), _p50(line, TYPESCRIPT), _number(line.ratio())]
        for line in results.lines
    ]
    return "### Against TypeScript\n\n" + table(
        ["request", "texts", "this Worker, p50 ms", "TypeScript, p50 ms", "ratio"], rows
    )


def _goals(results: Results) -> str:
    rows = [[goal.name, _number(goal.value), f"{goal.limit:g}", goal.verdict()] for goal in goals.of(results)]
    return "### Goals\n\n" + table(["goal", "measured", "at most", "met"], rows)


def _details(results: Results) -> str:
    rows = [
        [line.kind, f"{line.texts:,}", name, *_figures(cell)]
        for line in results.lines
        for name, cell in line.cells.items()
    ]
    head = [
        "request",
        "texts",
        "Worker",
        "p50 ms",
        "p99 ms",
        "requests/s, 1 connection",
        "requests/s, 8 connections",
        "CPU ms",
    ]
    return "### All figures\n\n" + table(head, rows)


def _startup(seconds: Mapping[str, Mapping[str, float]]) -> str:
    rows = [[name, f"{each['plain']:.2f}", f"{each['snapshot']:.2f}"] for name, each in seconds.items()]
    return "### Time from process start to the first answer, s\n\n" + table(
        ["Worker", "without snapshot", "with snapshot"], rows
    )


def _heap(heap: Mapping[str, float]) -> str:
    rows = [[name, f"{mib:.1f}"] for name, mib in heap.items()]
    return "### Wasm heap of this Worker, MiB, after these requests and all above\n\n" + table(["request", "MiB"], rows)


def _searches(milliseconds: Mapping[str, float]) -> str:
    rows = [[name, f"{each:.1f}"] for name, each in milliseconds.items()]
    return f"### A search among {VECTORS:,} vectors of 768 numbers, CPU ms\n\n" + table(["searched", "CPU ms"], rows)


def _figures(cell: Cell) -> list[str]:
    if cell.note:
        return [cell.note.replace("|", "/")[:60], "", "", "", ""]
    throughput = f"{cell.per_s_8:,.0f}" if cell.per_s_8 else "-"
    return [f"{cell.p50_ms:.2f}", f"{cell.p99_ms:.2f}", f"{cell.per_s_1:,.0f}", throughput, f"{cell.cpu_ms:.2f}"]


def _p50(line: Line, name: str) -> str:
    cell = line.cells[name]
    return cell.note[:40] or f"{cell.p50_ms:.2f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def write(results: Results, folder: Path) -> None:
    """Write results.json into `folder`, and the tables between the markers in its README.md."""
    encoded = msgspec.json.format(msgspec.json.encode(results), indent=2)
    (folder / "results.json").write_bytes(encoded + b"\n")
    readme = folder / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n\n{text(results)}\n{END}{after}")
