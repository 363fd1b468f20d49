"""`embedder import`: a file, a folder or standard input into the index of a service."""

import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from embedder_cli import interrupts
from embedder_cli.importer import work
from embedder_cli.importer.faults import MAX_NAMESPACE_BYTES
from embedder_cli.importer.files import corpus
from embedder_cli.importer.files.conversion import Convert, Converter, not_now
from embedder_cli.importer.files.corpus import STDIN, Corpus
from embedder_cli.importer.files.encoding import is_known
from embedder_cli.importer.files.kinds import NAMES
from embedder_cli.importer.lines import SourceError
from embedder_cli.importer.records.fields import FieldError, Fields, MetadataField
from embedder_cli.importer.records.reading import Reading
from embedder_cli.importer.result import report
from embedder_cli.importer.result.bar import SteadyConsole, shown
from embedder_cli.importer.result.tally import Tally
from embedder_cli.importer.sending.journal import Journal, JournalError
from embedder_cli.importer.work import Job
from embedder_cli.options import Key, Namespace, Url, address, usable_key
from embedder_cli.printable import plain
from embedder_cli.service import Service

_FILES = "Files"
_SENDING = "Sending"
_SOURCE = f"A file, a folder, or - for standard input. Kinds: {', '.join(NAMES)}; each also with .gz"
_ID = "Field with the id. Default: id; if there is none, or with '', ids consist of namespace, file and position."
_METADATA = "Field to store for filters: NAME or NAME:TYPE with string, number or boolean. Repeatable."
_JOURNAL = "File that remembers what was written. Default: SOURCE.journal, beside the source; none for -."
_FORMAT = "Kind of standard input (default: jsonl), of a file, or of files in a folder without a known suffix."
_CHUNK = "Also divide long texts of records (CSV, JSON). Chunks have the ids ID, ID#2, ID#3."
_CONVERT = (
    "Convert PDF, Word and HTML with Workers AI. It sends the files to your Cloudflare account, in every import again; "
    "most kinds are free, images in them may cost neurons "
    "(https://developers.cloudflare.com/workers-ai/features/markdown-conversion/)."
)
_ENCODING = "Of all files, such as cp1252 or utf-16. Default: by byte order mark, UTF-8, or detected."
_PRUNE = "Also remove from the index what has left the source since the last import."
_FRESH = "Write every document again, for example into an index that was emptied or replaced, or another namespace."
_QUEUE = "Only put documents into the service's ingestion queue, which embeds and stores them later."
_CONCURRENCY = "Requests at a time. As shipped, a service accepts 600 requests per minute and key; the import waits."


def main(  # one parameter per option
    source: Annotated[Path, typer.Argument(help=_SOURCE, allow_dash=True)],
    url: Url,
    key: Key = None,
    namespace: Namespace = None,
    id_field: Annotated[str | None, typer.Option(help=_ID, rich_help_panel=_FILES)] = None,
    text_field: Annotated[str, typer.Option(help="The text to embed.", rich_help_panel=_FILES)] = "text",
    title_field: Annotated[str | None, typer.Option(help="Part of the prompt.", rich_help_panel=_FILES)] = None,
    metadata_field: Annotated[list[str] | None, typer.Option(help=_METADATA, rich_help_panel=_FILES)] = None,
    kind: Annotated[str | None, typer.Option("--format", help=_FORMAT, rich_help_panel=_FILES)] = None,
    chunk_chars: Annotated[
        int, typer.Option(min=100, max=100_000, help="Longest chunk of a text.", rich_help_panel=_FILES)
    ] = 2000,
    chunk: Annotated[bool, typer.Option("--chunk", help=_CHUNK, rich_help_panel=_FILES)] = False,
    encoding: Annotated[str | None, typer.Option(help=_ENCODING, rich_help_panel=_FILES)] = None,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Read symbolic links in a folder.", rich_help_panel=_FILES)
    ] = False,
    convert: Annotated[bool, typer.Option("--convert", help=_CONVERT, rich_help_panel=_FILES)] = False,
    keep_text: Annotated[bool, typer.Option(help="Store the text, too, so that searches can show it.")] = True,
    truncate: Annotated[str, typer.Option(help="Texts that are too long: end truncates, error rejects them.")] = "end",
    prune: Annotated[bool, typer.Option("--prune", help=_PRUNE)] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help=_FRESH)] = False,
    queue: Annotated[bool, typer.Option("--queue", help=_QUEUE, rich_help_panel=_SENDING)] = False,
    batch: Annotated[int, typer.Option(min=1, max=1000, help="Documents per request.", rich_help_panel=_SENDING)] = 100,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help=_CONCURRENCY, rich_help_panel=_SENDING)] = 4,
    max_wait: Annotated[
        float,
        typer.Option(min=0, max=86_400, help="Longest wait for the service, in seconds.", rich_help_panel=_SENDING),
    ] = 300,
    journal: Annotated[Path | None, typer.Option(help=_JOURNAL)] = None,
    report_to: Annotated[Path | None, typer.Option("--report", help="Also write the result as JSON.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, but send nothing.")] = False,
) -> None:
    """Embed documents and store them. Documents that have not changed since they were written are not sent again.

    An interrupted import continues when the same command is run again. If a file that is read in chunks has fewer
    chunks than before, the others are removed from the index.

    With --queue, documents that cannot be stored are not reported here: see `embedder queue failed`.

    Exit code 0: everything is written, or queued. 1: documents were rejected. 2: the import could not continue.
    """
    _one_of("--truncate", truncate, ("end", "error"))
    _one_of("--format", kind, NAMES)
    _check_encoding(encoding)
    _check_namespace(namespace)
    _check_report(report_to)
    reading = Reading(_fields(id_field, text_field, title_field, metadata_field or [], namespace), chunk_chars, chunk)
    job = Job(
        corpus=Corpus(source, kind, follow_links, reading, encoding, _converter(convert, dry_run)),
        target=Service.at(address(url), usable_key(key)),
        namespace=namespace,
        keep_text=keep_text,
        truncate=truncate,
        batch=batch,
        concurrency=concurrency,
        longest_wait_s=max_wait,
        prune=prune,
        fresh=fresh,
        queue=queue,
    )
    if prune and job.corpus.is_stdin and not journal:
        raise typer.BadParameter("With standard input, it needs a --journal.", param_hint="--prune")
    with interrupts.one_line("import: interrupted; run the same command again to continue."):
        raise typer.Exit(_import(job, journal or _beside(source), report_to, rehearsal=dry_run))


def _one_of(option: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise typer.BadParameter(f"It must be one of: {', '.join(known)}.", param_hint=option)


def _converter(wanted: bool, rehearsal: bool) -> Convert | None:
    if not wanted:
        return None
    try:
        return not_now if rehearsal else Converter.from_environment()
    except SourceError as error:
        raise typer.BadParameter(str(error), param_hint="--convert") from error


def _check_encoding(name: str | None) -> None:
    if name is not None and not is_known(name):
        raise typer.BadParameter("Python knows no encoding of text with this name.", param_hint="--encoding")


def _check_report(path: Path | None) -> None:
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise typer.BadParameter("There is no folder for this file.", param_hint="--report")


def _check_namespace(name: str | None) -> None:
    if name is not None and not 1 <= len(name.encode("utf-8", "surrogateescape")) <= MAX_NAMESPACE_BYTES:
        message = f"A namespace has 1 to {MAX_NAMESPACE_BYTES} bytes."
        raise typer.BadParameter(message, param_hint="--namespace")


def _fields(name: str | None, text: str, title: str | None, metadata: list[str], namespace: str | None) -> Fields:
    try:
        return Fields(name, text, title, tuple(map(MetadataField.parse, metadata)), namespace)
    except FieldError as error:
        raise typer.BadParameter(str(error), param_hint="--metadata-field") from error


def _beside(source: Path) -> Path | None:
    """Return the default path of the journal."""
    if str(source) == STDIN:
        return None
    found = source.resolve()
    return found.parent / f"{found.name}.journal"


def _import(job: Job, path: Path | None, report_to: Path | None, *, rehearsal: bool) -> int:
    console = SteadyConsole(stderr=True)
    tally = Tally(queues=job.queue)
    name = STDIN if job.corpus.is_stdin else job.corpus.root.resolve().name
    try:
        total = corpus.size(job.corpus)
        journal = Journal(path, job.target.url, source=name, namespace=job.namespace, read_only=rehearsal)
        with shown(tally, total, console, written=f"would be {tally.verb}" if rehearsal else tally.verb):
            (work.rehearse if rehearsal else work.run)(job, journal, tally)
        journal.close()
        if report_to:
            report_to.write_text(report.as_json(tally), encoding="utf-8")
    except (SourceError, JournalError, OSError, sqlite3.Error) as error:
        console.print(f"import: {plain(error)}", style="bold red", markup=False, soft_wrap=True)
        return 2
    console.print(report.table(tally, rehearsal=rehearsal))
    return tally.exit_code
