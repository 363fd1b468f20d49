"""`embedder search`: the documents that match a text best."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embedder_cli import interrupts, service
from embedder_cli.options import Key, Namespace, Url, address, usable_key
from embedder_cli.printable import json_text, plain
from embedder_cli.service import NoAnswerError, Service

_EXCERPT_CHARS = 160
_ID_CHARS = 64
_FILTER = 'Only matches with this metadata, as JSON: {"lang": "en", "year": {"$gte": 2020}}.'


class SearchError(Exception):
    """The search failed; the message is one sentence to act on."""


def main(
    query: Annotated[str, typer.Argument(help="The text to search for.")],
    url: Url,
    key: Key = None,
    namespace: Namespace = None,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="Number of matches.")] = 5,
    filter_json: Annotated[str | None, typer.Option("--filter", help=_FILTER)] = None,
    min_score: Annotated[float | None, typer.Option(help="Omit matches with a lower cosine.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the service's JSON instead of a table.")] = False,
) -> None:
    """Search an index with a text. Exit code 0: there are matches. 1: there are none. 2: the search failed."""
    options = {"namespace": namespace, "top_k": top_k, "filter": _filter(filter_json), "min_score": min_score}
    body = {"text": query, **{name: value for name, value in options.items() if value is not None}}
    with interrupts.one_line("search: interrupted."):
        try:
            answer = ask(Service.at(address(url), usable_key(key)), body)
        except SearchError as error:
            typer.echo(f"search: {plain(error)}", err=True)
            raise typer.Exit(2) from error
        if as_json:
            typer.echo(json_text(answer))
        else:
            Console().print(table(answer["matches"]))
        raise typer.Exit(0 if answer["matches"] else 1)


def _filter(text: str | None) -> Any:  # noqa: ANN401
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"It is not JSON: {plain(error)}.", param_hint="--filter") from error


def ask(target: Service, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of POST /search; SearchError if it is not a list of matches."""
    with interrupts.runner() as runner:
        answer = interrupts.run(runner, _ask(target, json.dumps(body).encode()))
    if answer.status != 200:
        raise SearchError(f"{target.url} answered {answer.sentence}")
    found = answer.body
    if not isinstance(found, dict) or not _are_matches(found.get("matches")):
        raise SearchError(f"{target.url} did not answer with matches; is it the address of this service?")
    return found


async def _ask(target: Service, body: bytes) -> service.Answer:
    async with service.client() as caller:
        try:
            return await service.send(caller, "POST", f"{target.url}/search", headers=target.headers, body=body)
        except NoAnswerError as error:
            raise SearchError(str(error)) from error


def _are_matches(found: object) -> bool:
    return isinstance(found, list) and all(map(_is_match, found))


def _is_match(match: object) -> bool:
    if not isinstance(match, dict) or not isinstance(match.get("id"), str):
        return False
    score = match.get("score")
    has_metadata = isinstance(match.get("metadata"), dict | None)
    return isinstance(score, float | int) and not isinstance(score, bool) and has_metadata and abs(score) <= 2


def table(matches: list[dict[str, Any]]) -> Table:
    """Return the matches as a table: score, id and the beginning of the text."""
    made = Table("score", "id", "text")
    for match in matches:
        text = (match.get("metadata") or {}).get("text", "")
        cells = Text(plain(match["id"], _ID_CHARS)), Text(plain(" ".join(str(text).split()), _EXCERPT_CHARS))
        made.add_row(f"{match['score']:.3f}", *cells)
    return made
