"""`embedder search`: the best matches of a text."""

import json
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embedder_cli.options import Key, Namespace, Url, address

_TIMEOUT_S = 60.0
_EXCERPT_CHARS = 160
_FILTER = 'Only matches with this metadata, as JSON: {"lang": "en", "year": {"$gte": 2020}}.'


class SearchError(Exception):
    """The search failed; the message is one sentence to act on."""


def main(
    query: Annotated[str, typer.Argument(help="What to look for, in words.")],
    url: Url,
    key: Key = None,
    namespace: Namespace = None,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="Number of matches.")] = 5,
    filter_json: Annotated[str | None, typer.Option("--filter", help=_FILTER)] = None,
    min_score: Annotated[float | None, typer.Option(help="Leave out matches below this cosine.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the service's JSON instead of a table.")] = False,
) -> None:
    """Search an index with a text. Exit code 0 with matches, 1 without, 2 if the search failed."""
    body = {
        "text": query,
        "namespace": namespace,
        "top_k": top_k,
        "filter": _filter(filter_json),
        "min_score": min_score,
    }
    try:
        answer = ask(address(url), key, {name: value for name, value in body.items() if value is not None})
    except SearchError as error:
        typer.echo(f"search: {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        Console().print(table(answer["matches"]))
    raise typer.Exit(0 if answer["matches"] else 1)


def _filter(text: str | None) -> Any:  # noqa: ANN401
    try:
        return json.loads(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"it is not JSON: {error}.", param_hint="--filter") from error


def ask(url: str, key: str | None, body: dict[str, Any], client: httpx.Client | None = None) -> dict[str, Any]:
    """Return the answer of POST /search; SearchError if it is no list of matches."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        response = (client or httpx.Client(timeout=_TIMEOUT_S)).post(f"{url}/search", json=body, headers=headers)
        answer = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise SearchError(f"{url} gave no answer: {str(error) or type(error).__name__}.") from error
    if response.status_code != 200:
        said = answer.get("error", {}).get("message") if isinstance(answer, dict) else None
        raise SearchError(said or f"The service answered HTTP {response.status_code}.")
    found: dict[str, Any] = answer
    return found


def table(matches: list[dict[str, Any]]) -> Table:
    made = Table("score", "id", "text")
    for match in matches:
        metadata = match.get("metadata") or {}
        text = " ".join(str(metadata.get("text", "")).split())
        excerpt = text if len(text) <= _EXCERPT_CHARS else text[:_EXCERPT_CHARS] + "…"
        made.add_row(f"{match['score']:.3f}", Text(match["id"]), Text(excerpt))
    return made
