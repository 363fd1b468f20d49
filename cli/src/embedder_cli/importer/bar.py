"""The progress bar of an import: how much of the source is dealt with, the rate, and the time left."""

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from embedder_cli.importer.tally import Tally


class _Rate(ProgressColumn):
    """Documents written, and how many a second."""

    def __init__(self, tally: Tally) -> None:
        super().__init__()
        self._tally = tally

    def render(self, task: Task) -> Text:
        elapsed = task.elapsed or 0
        rate = f", {self._tally.written / elapsed:,.0f} a second" if elapsed > 1 else ""
        refused = f", {self._tally.refused:,} refused" if self._tally.refused else ""
        return Text(f"{self._tally.written:,} written{rate}{refused}")


def progress(tally: Tally, total: int, console: Console) -> Progress:
    """Return a bar that `tally` moves; `total` is the bytes of the source."""
    made = Progress(
        TextColumn("{task.percentage:>3.0f}%"), BarColumn(), _Rate(tally), TimeRemainingColumn(), console=console
    )
    task = made.add_task("import", total=total)
    tally.advance = lambda weight: made.advance(task, weight)
    return made
