"""Measures the time from process start to the first answer, without a snapshot and with the one taken at deploy."""

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measures.load import Connection
from benchmarks.subjects.contenders import WORKER, config, hello_modules, our_modules
from benchmarks.subjects.kinds import KINDS
from benchmarks.subjects.names import HELLO, OURS
from tools.workerd import Config, save_snapshot, serve

FULL_ROUNDS = 7


def measure(rows: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Return the median of `rounds` starts in seconds: contender -> {"plain": s, "snapshot": s}."""
    configs = {OURS: config(our_modules(), rows), HELLO: config(hello_modules(), rows)}
    with tempfile.TemporaryDirectory() as folder:
        snapshots = {
            name: _snapshot(each, Path(folder) / str(index)) for index, (name, each) in enumerate(configs.items())
        }
        return _medians(configs, snapshots, Path(folder), rounds)


def _snapshot(one: Config, folder: Path) -> Path:
    folder.mkdir()
    return save_snapshot(one, folder)


def _medians(
    configs: Mapping[str, Config], snapshots: Mapping[str, Path], folder: Path, rounds: int
) -> dict[str, dict[str, float]]:
    taken: dict[str, dict[str, list[float]]] = {name: {"plain": [], "snapshot": []} for name in configs}
    for _ in range(rounds):
        for name, one in configs.items():
            taken[name]["plain"].append(first_answer_s(one, folder, False))
            taken[name]["snapshot"].append(first_answer_s(one, folder, snapshots[name]))
    return {
        name: {how: round(statistics.median(seconds), 3) for how, seconds in by_start.items()}
        for name, by_start in taken.items()
    }


def first_answer_s(one: Config, folder: Path, snapshot: Path | bool) -> float:
    """Return the seconds from the start of a new process to the end of its first answer."""
    with serve(one, folder, snapshot=snapshot) as process:
        connection = Connection(process.ports[WORKER])
        connection.exchange(KINDS[0].request())
        took = time.perf_counter() - process.began
        status = connection.status
        connection.close()
    if status != 200:
        raise RuntimeError(f"the first answer has status {status}:\n{process.said()}")
    return took
