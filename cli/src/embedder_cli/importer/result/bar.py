"""The progress of an import: a bar in a terminal, otherwise a line every ten seconds."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from embedder_cli.importer.result.tally import Tally
from embedder_cli.printable import plain

LINE_EVERY_S = 10.0


class SteadyConsole(Console):
    """A console that never hides the cursor: a second Ctrl-C ends the process before it could be shown again."""

    def show_cursor(self, show: bool = True) -> bool:  # noqa: ARG002
        return False


class _Counts(ProgressColumn):
    """The counts of a tally."""

    def __init__(self, tally: Tally, written: str) -> None:
        super().__init__()
        self._tally = tally
        self._written = written

    def render(self, task: Task) -> Text:
        elapsed = task.elapsed or 0
        rate = f", {self._tally.written / elapsed:,.0f} per second" if elapsed > 1 else ""
        return Text(counts(self._tally, self._written, rate))


@dataclass
class _Done:
    """The part of the source that is done."""

    total: int | None
    bytes: int = 0

    def add(self, weight: int) -> None:
        self.bytes += weight

    def __str__(self) -> str:
        return f"{min(100, 100 * self.bytes // self.total)}%, " if self.total else ""


def counts(tally: Tally, written: str, rate: str = "") -> str:
    """Return the counts on one line."""
    parts = [f"{tally.written:,} {written}{rate}"]
    parts += [f"{tally.unchanged:,} unchanged"] if tally.unchanged else []
    parts += [f"{tally.rejected:,} rejected"] if tally.rejected else []
    parts += [plain(tally.waiting, 120)] if tally.waiting else []
    return ", ".join(parts)


@contextmanager
def shown(tally: Tally, total: int | None, console: Console, *, written: str = "written") -> Iterator[None]:
    """Show the progress. `total` is the bytes of the source, if they are known."""
    if not console.is_terminal:
        with _lines(tally, _Done(total), console, written):
            yield
        return
    columns = (TextColumn("{task.percentage:>3.0f}%"), BarColumn(), _Counts(tally, written), TimeRemainingColumn())
    with Progress(*(columns if total else (columns[2],)), console=console) as progress:
        task = progress.add_task("import", total=total)
        tally.advance = lambda weight: progress.advance(task, weight)
        yield


@contextmanager
def _lines(tally: Tally, done: _Done, console: Console, written: str) -> Iterator[None]:
    tally.advance = done.add
    ended = threading.Event()

    def print_lines() -> None:
        while not ended.wait(LINE_EVERY_S):
            console.print(f"{done}{counts(tally, written)}", markup=False, highlight=False, soft_wrap=True)

    printing = threading.Thread(target=print_lines, daemon=True)
    printing.start()
    try:
        yield
    finally:
        ended.set()
        printing.join()
