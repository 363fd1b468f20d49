"""Measures searches of the local index, and the same searches in plain JavaScript, in turn and in one process."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import requests

from benchmarks.measures.measure import cpu_ms
from benchmarks.subjects.contenders import CALLER, WORKERS
from tools.runtime import ROOT
from tools.workerd import Config, Disk, Process, Worker, js_worker, namespace, python_worker, serve, service, text
from tools.workerd import vectorize as real_binding

VECTORS = 20_000
PLAIN = "plain"
# mode of workers/search.js -> name in the report
MODES = {"REAL": "local index, binding class", "RPC": "local index, RPC", PLAIN: "plain JavaScript"}
_BATCH = 1_000
_BLOCK = 5
_ROUNDS = 8
_TOLERANCE = 1e-6
_INDEX = "index"


class WrongMatchesError(ValueError):
    """The local index and plain JavaScript found different matches."""


def measure(vectors: int = VECTORS, rounds: int = _ROUNDS) -> dict[str, float]:
    """Return the CPU time of a search among `vectors`, of all threads of the process: name -> ms."""
    with tempfile.TemporaryDirectory() as folder, serve(_config(Path(folder)), Path(folder), log=False) as process:
        for _ in range(vectors // _BATCH):
            _ask(process, count=_BATCH)
        spent = dict.fromkeys(MODES, 0.0)
        for number in range(1, rounds + 2):
            for mode, taken in _round(process, number).items():
                spent[mode] += taken if number > 1 else 0.0  # the first round is the warm-up
    return {name: round(spent[mode] / (rounds * _BLOCK), 2) for mode, name in MODES.items()}


def _config(folder: Path) -> Config:
    variables = {"DIMENSIONS": "768", "VISIBILITY_DELAY_MS": "0"}
    bindings = {**{name: text(value) for name, value in variables.items()}, "INDEX": namespace("VectorizeIndex")}
    modules = python_worker(ROOT / "local" / "src")
    index = Worker(_INDEX, modules, bindings, durable_objects=["VectorizeIndex"], storage="disk")
    calls = {"REAL": real_binding(_INDEX, entrypoint="Vectorize"), "RPC": service(_INDEX, "Vectorize")}
    caller = Worker(CALLER, js_worker(WORKERS / "search.js"), calls)
    return Config([Disk("disk", folder), index, caller], {CALLER: 0})


def _round(process: Process, number: int) -> dict[str, float]:
    """Return the CPU time of the same searches in each mode. Raises WrongMatchesError."""
    taken: dict[str, float] = {}
    answers: list[Sequence[tuple[str, float]]] = []
    for mode in MODES:
        before = cpu_ms(process.pid)
        answers.append(_ask(process, count=_BLOCK, mode=mode, number=number))
        taken[mode] = cpu_ms(process.pid) - before
    for answer in answers[:-1]:
        check(answer, answers[-1])
    return taken


def check(found: Sequence[tuple[str, float]], wanted: Sequence[tuple[str, float]]) -> None:
    """Raise WrongMatchesError unless ids are equal and scores agree to 1e-6."""
    same = len(found) == len(wanted) > 0 and all(
        one == other and abs(score - right) <= _TOLERANCE
        for (one, score), (other, right) in zip(found, wanted, strict=True)
    )
    if not same:
        raise WrongMatchesError(f"{found} instead of {wanted}")


def _ask(process: Process, **body: object) -> Any:  # noqa: ANN401 JSON
    answer = requests.post(process.url(CALLER), json=body, timeout=120)
    answer.raise_for_status()
    return msgspec.json.decode(answer.content)
