"""`embedder queue failed`: lists dead letters, sends them again, or deletes them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embedder_cli import interrupts, service
from embedder_cli.printable import json_text, plain
from embedder_cli.queues import letters
from embedder_cli.queues.account import MAX_MESSAGES, Account, AccountError
from embedder_cli.queues.letters import Letter

_QUEUE = "The queue of failures, as in wrangler.toml."
_INGEST = "The ingestion queue, which gets what is sent again."
_RESEND = "Send them again, and remove them from the queue of failures."
_DELETE = "Delete them. Their documents are lost."
_ID = "Only the dead letters of this document. Repeatable."
_JSON = "Print JSON, with the messages."
_MAX_ROUNDS = 10_000  # of 100 letters each

main = typer.Typer(add_completion=False, no_args_is_help=True)


@main.callback()
def _about() -> None:
    """Look after the ingestion queue of a service."""


@dataclass(frozen=True)
class Task:
    """What to do with which dead letters. Only those from before `began` are touched: others may be its result."""

    queue: str
    ingest: str
    ids: frozenset[str]
    began: datetime

    def concerns(self, letter: Letter) -> bool:
        return letter.failed_at < self.began and (not self.ids or letter.id in self.ids)


@main.command()
def failed(
    queue: Annotated[str, typer.Option(help=_QUEUE)] = "embedder-failed",
    ingest: Annotated[str, typer.Option(help=_INGEST)] = "embedder-ingest",
    resend: Annotated[bool, typer.Option("--resend", help=_RESEND)] = False,
    delete: Annotated[bool, typer.Option("--delete", help=_DELETE)] = False,
    ids: Annotated[list[str] | None, typer.Option("--id", help=_ID)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """List the documents that could not be stored, with their reasons. Without an option nothing changes.

    It needs CLOUDFLARE_API_TOKEN with the permission Queues: Edit, and CLOUDFLARE_ACCOUNT_ID if the token has several
    accounts.

    Exit code 0: there are none, or all were sent again or deleted. 1: there are some. 2: the command failed.
    """
    if resend and delete:
        raise typer.BadParameter("It can't be combined with --resend.", param_hint="--delete")
    task = Task(queue, ingest, frozenset(ids or ()), datetime.now(UTC))
    work = partial(_resend if resend else _delete if delete else partial(_list, as_json=as_json), task=task)
    with interrupts.one_line("queue: interrupted; run the same command again to continue."):
        try:
            with interrupts.runner() as runner:
                code = interrupts.run(runner, _with_account(work))
        except AccountError as error:
            typer.echo(f"queue: {plain(error)}", err=True)
            code = 2
        raise typer.Exit(code)


async def _with_account(work: Callable[[Account], Awaitable[int]]) -> int:
    async with service.client() as client:
        account = Account.from_environment(client)
        await account.open()
        return await work(account)


async def _list(account: Account, task: Task, *, as_json: bool) -> int:
    peeked = await account.peek(await account.queue(task.queue))
    found = [letter for letter in map(letters.read, peeked) if task.concerns(letter)]
    if as_json:
        typer.echo(json_text([_plain(letter) for letter in found]))
    elif found:
        Console().print(table(found))
    if not as_json:
        typer.echo(_told(len(found), is_all=len(peeked) < MAX_MESSAGES))
    return 1 if found else 0


def _plain(letter: Letter) -> dict[str, object]:
    return {**asdict(letter), "failed_at": letter.failed_at.isoformat()}


def _told(count: int, *, is_all: bool) -> str:
    more = "" if is_all else f" Only the first {MAX_MESSAGES} messages of the queue can be looked at."
    if not count:
        return f"There are no dead letters.{more}"
    return f"{count} dead letter{'s' if count != 1 else ''}. Send them again with --resend.{more}"


def table(found: Sequence[Letter]) -> Table:
    """Return the dead letters as a table, times in UTC."""
    made = Table("failed at", "id", "code", "reason")
    for letter in found:
        cells = f"{letter.failed_at:%Y-%m-%d %H:%M}", plain(letter.id or ""), plain(letter.code), plain(letter.reason)
        made.add_row(*map(Text, cells))
    return made


async def _resend(account: Account, task: Task) -> int:
    target = await account.queue(task.ingest)

    async def send(found: list[Letter]) -> None:
        await account.send(target, [letter.message for letter in found if letter.message is not None])

    return await _remove(account, task, "sent again", send, lambda letter: letter.message is not None)


async def _delete(account: Account, task: Task) -> int:
    async def nothing(_: list[Letter]) -> None:
        pass

    return await _remove(account, task, "deleted", nothing, lambda _: True)


async def _remove(
    account: Account,
    task: Task,
    verb: str,
    before: Callable[[list[Letter]], Awaitable[None]],
    wanted: Callable[[Letter], bool],
) -> int:
    """Remove letters from the queue after `before` was done with them, until the first messages hold none."""
    source = await account.queue(task.queue)
    done = 0
    rest: list[Letter] = []
    for _ in range(_MAX_ROUNDS):
        found = [letter for letter in map(letters.read, await account.peek(source)) if task.concerns(letter)]
        chosen = [letter for letter in found if wanted(letter)]
        rest = [letter for letter in found if not wanted(letter)]
        if not chosen:
            break
        await before(chosen)
        await account.purge(source, [letter.ref for letter in chosen])
        done += len(chosen)
    typer.echo(f"{done} dead letter{'s were' if done != 1 else ' was'} {verb}.")
    if rest:
        typer.echo(f"{len(rest)} can't be {verb}, because they are no messages of this service; see --delete.")
    return 1 if rest else 0
