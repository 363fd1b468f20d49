"""What the project promises of its speed, and whether a run kept it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from benchmarks.kinds import HELLO, OURS

if TYPE_CHECKING:
    from benchmarks.report import Results

# Ratios to the p50 of the TypeScript Worker in the same run.
RATIOS = {
    ("native", 100): 0.3,
    ("OpenAI float", 100): 0.8,
    ("OpenAI base64", 100): 1.5,
    ("native", 10): 1.2,
    # another Worker that calls this one, over one that asks Workers AI itself and parses the JSON
    ("RPC Float32Array", 100): 1.0,
    ("RPC Response", 100): 1.0,
}
OVER_HELLO_MS = 0.5  # p50 with one text
CPU_MS = 10.0  # a request of up to 100 texts; the free plan's limit
STARTUP_RATIO = 1.25  # to a Python Worker that says hello
HEAP_MIB = 64.0
LINEAR = 1.25  # time a text with 2,048 texts, over that with 100


class Goal(msgspec.Struct):
    """A figure and its limit; no figure when what it needs was not measured."""

    name: str
    value: float | None
    limit: float

    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        return "yes" if self.value <= self.limit else "**no**"


def of(results: Results) -> list[Goal]:
    """Return every goal with what `results` say of it."""
    ratios = [
        Goal(f"{kind}, {texts} texts: p50 over TypeScript's", _ratio(results, kind, texts), limit)
        for (kind, texts), limit in RATIOS.items()
    ]
    return [
        *ratios,
        Goal("native, 1 text: ms over the Worker that says hello", _over_hello(results), OVER_HELLO_MS),
        Goal("CPU ms of the dearest request of up to 100 texts", _dearest(results), CPU_MS),
        Goal("OpenAI float: time a text with 2,048 texts over that with 100", _linear(results), LINEAR),
        Goal("Wasm heap, MiB", max(results.heap_mib.values(), default=None), HEAP_MIB),
        *(
            Goal(f"start-up over that of hello, {how}", _start(results, how), STARTUP_RATIO)
            for how in ("plain", "snapshot")
        ),
    ]


def _ratio(results: Results, kind: str, texts: int) -> float | None:
    line = results.find(kind, texts)
    return line.ratio() if line else None


def _p50(results: Results, kind: str, texts: int, contender: str) -> float | None:
    line = results.find(kind, texts)
    cell = line.cells.get(contender) if line else None
    return cell.p50_ms or None if cell else None


def _over_hello(results: Results) -> float | None:
    ours, hello = (_p50(results, "native", 1, name) for name in (OURS, HELLO))
    return round(ours - hello, 3) if ours and hello else None


def _dearest(results: Results) -> float | None:
    return max((line.cells[OURS].cpu_ms for line in results.lines if line.texts <= 100), default=None)


def _linear(results: Results) -> float | None:
    many, few = (_p50(results, "OpenAI float", texts, OURS) for texts in (2048, 100))
    return round(many / few * 100 / 2048, 2) if many and few else None


def _start(results: Results, how: str) -> float | None:
    ours, hello = (results.startup_s.get(name, {}).get(how) for name in (OURS, HELLO))
    return round(ours / hello, 2) if ours and hello else None
