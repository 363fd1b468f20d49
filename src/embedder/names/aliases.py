"""Names of the operator's choice for the model, for apps that accept only the names that they know."""

import re
from collections.abc import Iterable

from embedder.names import tasks

MAX_ALIASES = 50
_NAME = re.compile(r"[A-Za-z0-9@._/:-]{1,100}")
_OWN = ("embeddinggemma-300m", "embeddinggemma")  # they have no task of their own
_RULE = (
    f"must hold at most {MAX_ALIASES} names of models, separated by commas, such as "
    "text-embedding-3-small, nomic-embed-text:search_document."
)


def parse(text: str, faults: list[str]) -> dict[str, str | None]:
    """Return the task of each name in the variable MODEL_ALIASES, or None for a name without a task.

    An entry is a name, which may end in a colon and a task. An invalid one adds a sentence to `faults`.
    """
    entries = [part.strip() for part in text.split(",")]
    entries = [entry for entry in entries if entry]
    if len(entries) > MAX_ALIASES or not all(map(_NAME.fullmatch, entries)):
        faults.append(f"MODEL_ALIASES {_RULE}")
        return {}
    found: dict[str, str | None] = {}
    for name, task in map(_parsed, entries):
        if task and name.lower().rpartition("/")[2] in _OWN:
            faults.append(f"MODEL_ALIASES gives a task to {name}, a name of the model itself; remove it.")
        if found.setdefault(_known_as(found, name), task) != task:
            faults.append(f"MODEL_ALIASES names {name} twice, with two tasks; remove one of them.")
    return found


def _known_as(found: Iterable[str], name: str) -> str:
    """Return the spelling of a name that was found before: names are understood in any case."""
    return next((other for other in found if other.lower() == name.lower()), name)


def _parsed(entry: str) -> tuple[str, str | None]:
    name, colon, last = entry.rpartition(":")
    task = tasks.known(last) if colon else None
    return (name, task) if task and name else (entry, None)
