"""What an answer to a batch means for it. Pure: status, headers and body in, a verdict out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedder_cli.importer import backoff


@dataclass(frozen=True)
class Written:
    """All of it was accepted; `cut` are the places of texts that were too long."""

    cut: frozenset[int]


@dataclass(frozen=True)
class Refused:
    """The document at this place was refused; nothing of the batch was written."""

    place: int
    reason: str


@dataclass(frozen=True)
class Split:
    """Something in it was refused, or all of it is too much: smaller batches will tell."""

    reason: str


@dataclass(frozen=True)
class Repeat:
    """The service could not take it now. `accepted` are the ids that it took before it failed.

    `hopeful` is False where it has repeated the call itself, and the batch is more likely at fault than the hour.
    """

    reason: str
    retry_after_s: float | None = None
    accepted: frozenset[str] = frozenset()
    hopeful: bool = True


@dataclass(frozen=True)
class Stop:
    """No batch will fare better."""

    reason: str


Verdict = Written | Refused | Split | Repeat | Stop

_PLACE = re.compile(r"documents\[(\d+)\]")
_REPEATED = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_INDIGESTIBLE = "upstream_invalid"
_FINAL_CODES = frozenset({"ai_not_configured", "auth_not_configured", "vectorize_not_configured", "index_mismatch"})


def judge(status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
    """Return what to do after an answer to PUT /vectors."""
    if status == 200:
        return Written(_places(headers.get("x-embedding-truncated", "")))
    answer = _object(_decoded(body))
    error = _object(answer.get("error"))
    reason = str(error.get("message") or f"The service answered HTTP {status}.")
    if error.get("code") in _FINAL_CODES:
        return Stop(reason)
    if status in _REPEATED:
        wait = backoff.seconds(headers.get("retry-after"))
        accepted = frozenset(map(str, answer.get("accepted") or ()))
        return Repeat(reason, wait, accepted, error.get("code") != _INDIGESTIBLE)
    if status in (400, 413):
        return _refused(status, error.get("param"), reason)
    return Stop(f"HTTP {status}: {reason}")


def _refused(status: int, param: str | None, reason: str) -> Verdict:
    found = _PLACE.match(param or "")
    if found:
        return Refused(int(found[1]), _of_one(reason))
    if param and status == 400 and param != "documents":
        return Stop(reason)
    return Split(reason)


def _of_one(reason: str) -> str:
    """Return a sentence about `documents[3].metadata` as one about that document, which the report names anyway."""
    plain = re.sub(r"documents\[\d+\](, documents\[\d+\]|, \[\d+\])*", "document", reason)
    return plain.replace("document.", "").removeprefix("document: ")


def _places(header: str) -> frozenset[int]:
    return frozenset(int(place) for place in header.split(",") if place.strip().isdecimal())


def _decoded(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
