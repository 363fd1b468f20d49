"""The performance goals of the project, and whether a run met them.

Every goal is a ratio within one run, so that it does not depend on the machine. A few are higher than what the project
wants; README.md says which, and why.
"""

from collections.abc import Iterator

import msgspec

from benchmarks.figures.results import Line, Results
from benchmarks.measures.search import MODES, PLAIN
from benchmarks.subjects.kinds import KINDS
from benchmarks.subjects.names import CONSUMED, HELLO, OURS

# p50 with one text, divided by that of the Python hello Worker
TO_HELLO = {"native": 2.0, "OpenAI float": 2.0, "OpenAI base64": 2.0, "OpenAI 256": 2.0}
# p50 divided by that of the TypeScript Worker
RATIOS = {
    ("native", 10): 1.5,
    ("native", 100): 0.6,
    ("OpenAI float", 10): 1.5,
    ("OpenAI float", 100): 0.5,
    ("OpenAI float", 2048): 0.52,
    ("OpenAI base64", 10): 2.3,
    ("OpenAI base64", 100): 1.2,
    ("OpenAI base64", 2048): 1.3,
    ("OpenAI 256", 10): 1.9,
    ("OpenAI 256", 100): 0.95,
    # another Worker that calls this one, compared with one that calls Workers AI itself and parses the JSON
    ("RPC arrays", 100): 2.15,
    ("RPC Float32Array", 100): 1.35,
    ("RPC Response", 100): 1.5,
    ("upsert", 100): 1.35,
    (CONSUMED, 100): 1.55,
}
CPU_RATIOS = {("similarity", 100): 1.0}
HIGHEST_CPU_RATIO = 1.45  # of the kind of HTTP request that takes most CPU time, among those with at most 100 texts
HIGHEST_CPU_TEXTS = 100
OVER_HTTP = {kind.name for kind in KINDS if not kind.caller}  # the CPU time of others includes the calling Worker's
TAILS = {("native", 100): 2.0, ("OpenAI float", 100): 2.0}  # p99 divided by p50
HEAP_MIB = 32.0
SEARCH_RATIO = 1.5  # CPU time of a search of the local index, divided by that of plain JavaScript
STARTUP_RATIO = 1.15  # from a snapshot, divided by that of the Python hello Worker
MOST_WAITED = 0.3  # share of the time that was spent waiting for a processor; above it, nothing can be judged


class Goal(msgspec.Struct):
    """A figure and its limit. The figure is None if it was not measured, and `busy` if the machine was too busy."""

    name: str
    value: float | None
    limit: float
    busy: bool = False

    @property
    def met(self) -> bool | None:
        return None if self.value is None else self.value <= self.limit

    def verdict(self) -> str:
        if self.busy and not self.met:
            return "too busy"
        return {True: "yes", False: "**no**", None: "not measured"}[self.met]

    def __str__(self) -> str:
        measured = "not measured" if self.value is None else f"{self.value:.2f}"
        return f"{self.name}: {measured}, at most {self.limit:g}"


def of(results: Results) -> list[Goal]:
    """Return every goal with its figure in `results`."""
    return [
        *_latencies(results),
        *_cpu_times(results),
        _highest_cpu_time(results),
        Goal("Wasm heap, MiB", max(results.heap_mib.values(), default=None), HEAP_MIB),
        *_searches(results),
        Goal(f"start from a snapshot over that of {HELLO}", _startup(results), STARTUP_RATIO),
    ]


def _latencies(results: Results) -> Iterator[Goal]:
    for kind, limit in TO_HELLO.items():
        line = results.line(kind, 1)
        yield _goal(f"{kind}, 1 text: p50 over that of {HELLO}", line, line.ratio(HELLO), limit)
    for (kind, texts), limit in RATIOS.items():
        line = results.line(kind, texts)
        yield _goal(f"{kind}, {texts:,} texts: p50 over TypeScript's", line, line.ratio(), limit)
    for (kind, texts), limit in TAILS.items():
        line = results.line(kind, texts)
        yield _goal(f"{kind}, {texts:,} texts: p99 over p50", line, line.tail(), limit)


def _cpu_times(results: Results) -> Iterator[Goal]:
    for (kind, texts), limit in CPU_RATIOS.items():
        line = results.line(kind, texts)
        yield _goal(f"{kind}, {texts:,} texts: CPU over TypeScript's", line, line.cpu_ratio(), limit)


def _highest_cpu_time(results: Results) -> Goal:
    few = [line for line in results.lines if line.texts <= HIGHEST_CPU_TEXTS and line.kind in OVER_HTTP]
    highest = max(few, key=lambda line: line.cpu(OURS) or 0.0, default=Line("", 0, {}))
    name = f"the highest CPU time of an HTTP request of up to {HIGHEST_CPU_TEXTS} texts: over TypeScript's"
    return _goal(name, highest, highest.cpu_ratio(), HIGHEST_CPU_RATIO)


def _goal(name: str, line: Line, value: float | None, limit: float) -> Goal:
    return Goal(name, value, limit, line.waited() > MOST_WAITED)


def _searches(results: Results) -> Iterator[Goal]:
    plain = results.search_cpu_ms.get(MODES[PLAIN])
    for name in (name for mode, name in MODES.items() if mode != PLAIN):
        found = results.search_cpu_ms.get(name)
        ratio = round(found / plain, 2) if found and plain else None
        yield Goal(f"search, {name}: CPU over that of {MODES[PLAIN]}", ratio, SEARCH_RATIO)


def missed(results: Results, *, whole: bool) -> list[Goal]:
    """Return the goals that were missed, also those that can't be judged because the machine was too busy.

    In a `whole` run, a goal that was not measured counts as missed.
    """
    return [goal for goal in of(results) if goal.met is False or (whole and goal.met is None)]


def missed_by(line: Line) -> list[Goal]:
    """Return the goals of one kind of request that were missed, or can't be judged."""
    alone = Results({}, [line])
    return [goal for goal in (*_latencies(alone), *_cpu_times(alone)) if goal.met is False]


def _startup(results: Results) -> float | None:
    ours, hello = (results.startup_s.get(name, {}).get("snapshot") for name in (OURS, HELLO))
    return round(ours / hello, 2) if ours and hello else None
