"""The performance goals of the project, and whether a run met them."""

from collections.abc import Iterator

import msgspec

from benchmarks.names import CONSUMED, HELLO, OURS
from benchmarks.results import Results
from benchmarks.search import MODES, PLAIN

# p50 divided by that of the TypeScript Worker in the same run
RATIOS = {
    ("native", 10): 1.4,
    ("native", 100): 0.4,
    ("OpenAI float", 10): 1.4,
    ("OpenAI float", 100): 0.4,
    ("OpenAI float", 2048): 0.4,
    ("OpenAI base64", 10): 2.2,
    ("OpenAI base64", 100): 1.35,
    ("OpenAI base64", 2048): 1.4,
    ("OpenAI 256", 10): 1.5,
    ("OpenAI 256", 100): 1.4,
    # another Worker that calls this one, compared with one that calls Workers AI itself and parses the JSON
    ("RPC arrays", 100): 1.5,
    ("RPC Float32Array", 100): 1.5,
    ("RPC Response", 100): 1.0,
    ("upsert", 100): 1.2,
}
# p50 with one text, minus that of the Python hello Worker in the same rounds
OVER_HELLO_MS = {"native": 0.8, "OpenAI float": 0.8, "OpenAI base64": 0.8, "OpenAI 256": 0.8}
CPU_MS = {("similarity", 100): 12.0}
HIGHEST_CPU_MS = 12.0  # of all kinds of request with at most 100 texts
HIGHEST_CPU_TEXTS = 100
HEAP_MIB = 32.0
SEARCH_RATIO = 1.5  # CPU time of a search of the local index, divided by that of plain JavaScript
STARTUP_RATIO = 1.15  # from a snapshot, divided by that of the Python hello Worker


class Goal(msgspec.Struct):
    """A figure and its limit. The figure is None if it was not measured."""

    name: str
    value: float | None
    limit: float

    @property
    def met(self) -> bool | None:
        return None if self.value is None else self.value <= self.limit

    def verdict(self) -> str:
        return {True: "yes", False: "**no**", None: "not measured"}[self.met]

    def __str__(self) -> str:
        measured = "not measured" if self.value is None else f"{self.value:.2f}"
        return f"{self.name}: {measured}, at most {self.limit:g}"


def of(results: Results) -> list[Goal]:
    """Return every goal with its figure in `results`."""
    return [
        *_latencies(results),
        *_cpu_times(results),
        Goal("Wasm heap, MiB", max(results.heap_mib.values(), default=None), HEAP_MIB),
        *_searches(results),
        Goal(f"start from a snapshot over that of {HELLO}", _startup(results), STARTUP_RATIO),
    ]


def _latencies(results: Results) -> Iterator[Goal]:
    for kind, limit in OVER_HELLO_MS.items():
        yield Goal(f"{kind}, 1 text: p50 ms over {HELLO}", _over_hello(results, kind), limit)
    for (kind, texts), limit in RATIOS.items():
        yield Goal(f"{kind}, {texts:,} texts: p50 over TypeScript's", _ratio(results, kind, texts), limit)


def _cpu_times(results: Results) -> Iterator[Goal]:
    for (kind, texts), limit in CPU_MS.items():
        yield Goal(f"{kind}, {texts:,} texts: CPU ms", _cpu(results, kind, texts), limit)
    yield Goal(f"highest CPU ms of a request of up to {HIGHEST_CPU_TEXTS} texts", _highest_cpu(results), HIGHEST_CPU_MS)


def _searches(results: Results) -> Iterator[Goal]:
    plain = results.search_cpu_ms.get(MODES[PLAIN])
    for name in (name for mode, name in MODES.items() if mode != PLAIN):
        found = results.search_cpu_ms.get(name)
        ratio = round(found / plain, 2) if found and plain else None
        yield Goal(f"search, {name}: CPU over that of {MODES[PLAIN]}", ratio, SEARCH_RATIO)


def missed(results: Results, *, whole: bool) -> list[Goal]:
    """Return the goals that were missed. In a `whole` run, a goal that was not measured counts as missed."""
    return [goal for goal in of(results) if goal.met is False or (whole and goal.met is None)]


def _ratio(results: Results, kind: str, texts: int) -> float | None:
    line = results.find(kind, texts)
    return line.ratio() if line else None


def _over_hello(results: Results, kind: str) -> float | None:
    line = results.find(kind, 1)
    ours, hello = (line.p50(name) if line else None for name in (OURS, HELLO))
    return round(ours - hello, 2) if ours and hello else None


def _cpu(results: Results, kind: str, texts: int) -> float | None:
    line = results.find(kind, texts)
    found = line.cpu(OURS) if line else None
    return round(found, 2) if found else None


def _highest_cpu(results: Results) -> float | None:
    lines = [line for line in results.lines if line.texts <= HIGHEST_CPU_TEXTS and line.kind != CONSUMED]
    found = [_cpu(results, line.kind, line.texts) for line in lines]
    return max((cpu for cpu in found if cpu), default=None)


def _startup(results: Results) -> float | None:
    ours, hello = (results.startup_s.get(name, {}).get("snapshot") for name in (OURS, HELLO))
    return round(ours / hello, 2) if ours and hello else None
