"""Names of the operator's choice for the model, for apps that accept only the names that they know."""

import re

from embedder.names import tasks

MAX_ALIASES = 50
_NAME = re.compile(r"[A-Za-z0-9@._/:-]{1,100}")
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
    return dict(map(_parsed, entries))


def _parsed(entry: str) -> tuple[str, str | None]:
    name, colon, last = entry.rpartition(":")
    task = tasks.known(last) if colon else None
    return (name, task) if task and name else (entry, None)
