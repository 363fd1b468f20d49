"""`embedder import`: a file or a folder into the index of a service."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from embedder_cli.importer import report, sources, work
from embedder_cli.importer.bar import progress
from embedder_cli.importer.fields import Fields, MetadataField
from embedder_cli.importer.journal import Journal, JournalError
from embedder_cli.importer.readers import READERS, Reading
from embedder_cli.importer.sources import SourceError
from embedder_cli.importer.tally import Tally
from embedder_cli.importer.work import Job
from embedder_cli.options import Key, Namespace, Url, address

_FILES = "Fields of JSONL and CSV"
_SENDING = "Sending"
_SOURCE = f"A file, or a folder with files: {' '.join(READERS)}"
_METADATA = (
    "Field to store for filters; NAME, or NAME:TYPE with string, number or boolean. Can be given more than once."
)
_JOURNAL = "Where to keep what was written. Default: SOURCE.journal, beside the source."


def main(  # one parameter an option
    source: Annotated[Path, typer.Argument(help=_SOURCE)],
    url: Url,
    key: Key = None,
    namespace: Namespace = None,
    id_field: Annotated[str | None, typer.Option(help="Default: file and position.", rich_help_panel=_FILES)] = None,
    text_field: Annotated[str, typer.Option(help="The text to embed.", rich_help_panel=_FILES)] = "text",
    title_field: Annotated[str | None, typer.Option(help="Goes into the prompt.", rich_help_panel=_FILES)] = None,
    metadata_field: Annotated[list[str] | None, typer.Option(help=_METADATA, rich_help_panel=_FILES)] = None,
    chunk_chars: Annotated[int, typer.Option(min=100, help="Longest piece of a Markdown or text file.")] = 2000,
    keep_text: Annotated[bool, typer.Option(help="Store the text too, for search to show.")] = True,
    truncate: Annotated[str, typer.Option(help="end: over-long texts are cut. error: refused.")] = "end",
    batch: Annotated[int, typer.Option(min=1, max=1000, help="Documents a request.", rich_help_panel=_SENDING)] = 100,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Requests at a time.", rich_help_panel=_SENDING)] = 4,
    max_wait: Annotated[
        float, typer.Option(min=0, help="Longest retry-after to obey, in seconds.", rich_help_panel=_SENDING)
    ] = 300,
    journal: Annotated[Path | None, typer.Option(help=_JOURNAL)] = None,
    report_to: Annotated[Path | None, typer.Option("--report", help="Write the outcome as JSON, too.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, send nothing.")] = False,
) -> None:
    """Embed documents and store them. Interrupted, it goes on where it stopped when it is started again.

    Exit code 0: all is written. 1: some documents were refused. 2: it could not go on.
    """
    fields = Fields(id_field, text_field, title_field, tuple(map(MetadataField.parse, metadata_field or ())))
    job = Job(
        source,
        address(url),
        key,
        namespace,
        Reading(fields, chunk_chars),
        keep_text,
        _truncate(truncate),
        batch,
        concurrency,
        max_wait,
    )
    path = None if dry_run else journal or source.with_name(f"{source.resolve().name}.journal")
    raise typer.Exit(_import(job, path, report_to, rehearsal=dry_run))


def _truncate(value: str) -> str:
    if value not in ("end", "error"):
        raise typer.BadParameter("it must be end or error.", param_hint="--truncate")
    return value


def _import(job: Job, journal: Path | None, report_to: Path | None, *, rehearsal: bool) -> int:
    console = Console(stderr=True)
    tally = Tally()
    try:
        total = sources.size(job.source)
        books = Journal(journal, job.target)
        with progress(tally, total, console):
            (work.rehearse if rehearsal else work.run)(job, books, tally)
        books.close()
    except (SourceError, JournalError, OSError) as error:
        console.print(f"import: {error}", style="bold red", markup=False)
        return 2
    console.print(report.table(tally, rehearsal=rehearsal))
    if report_to:
        report_to.write_text(report.as_json(tally), encoding="utf-8")
    return tally.exit_code
