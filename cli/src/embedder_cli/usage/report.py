"""The usage as a table, or as JSON."""

import json
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from embedder_cli.doctor.analytics import Usage
from embedder_cli.doctor.neurons import DOLLARS_PER_NEURON
from embedder_cli.printable import plain

NO_TAGS = (
    "usage: Cloudflare's analytics of Workers AI have no field for tags in this account, so this is a total of all "
    "callers. If the calls pass through an AI Gateway, --gateway NAME reads them by key."
)
BY_GATEWAY = (
    "usage: Cloudflare's analytics of Workers AI have no field for tags in this account. The calls by key are those of "
    "the gateway, which has no neurons; the total is that of Workers AI, of all callers."
)
NO_CALLS = (
    "usage: No call of the model passed through this gateway in this time, so this is a total of all callers. Check "
    "the name of the gateway."
)
NO_METADATA = (
    "usage: Cloudflare's analytics have neither a field for tags nor one for the gateway's metadata in this account, "
    "so this is a total of all callers."
)


@dataclass(frozen=True)
class Found:
    """The usage by key, the total of the model in the account, and where the keys are from: tags or a gateway."""

    usage: dict[str, Usage]
    total: Usage
    source: str | None
    note: str = ""


def as_json(found: Found, since: datetime, until: datetime) -> str:
    """Return one JSON object. Figures that Cloudflare does not report are null."""
    rows = [{"key": key or None, **_figures(usage, found.source)} for key, usage in ordered(found.usage)]
    times = {"since": f"{since:%Y-%m-%dT%H:%M:%SZ}", "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    return json.dumps({**times, "keys_from": found.source, "usage": rows, "total": _figures(found.total)})


def _figures(usage: Usage, source: str | None = None) -> dict[str, float | None]:
    neurons = None if source == "gateway" else usage.neurons
    return {"calls": usage.calls, "tokens": usage.tokens or None, "neurons": neurons}


def ordered(usage: dict[str, Usage]) -> list[tuple[str, Usage]]:
    """Return the rows, those with the most neurons first, then those with the most calls."""
    return sorted(usage.items(), key=lambda row: (-row[1].neurons, -row[1].calls, row[0]))


def table(found: Found) -> Table:
    """Return the usage by key, and in all, as a table."""
    made = Table("key", "calls", "tokens", "neurons", "$ above the free ones")
    for key, usage in ordered(found.usage):
        made.add_row(Text(plain(key, 64) or "(no key)"), *_cells(_figures(usage, found.source)))
    made.add_row("all", *_cells(_figures(found.total)))
    return made


def _cells(figures: dict[str, float | None]) -> tuple[str, str, str, str]:
    calls, tokens, neurons = figures["calls"], figures["tokens"], figures["neurons"]
    dollars = None if neurons is None else neurons * DOLLARS_PER_NEURON
    return _digits(calls), _digits(tokens), _digits(neurons, ",.1f"), _digits(dollars, ".4f")


def _digits(figure: float | None, form: str = ",") -> str:
    return "?" if figure is None else format(figure, form)
