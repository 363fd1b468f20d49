"""What to do after an answer: from status, headers and body to a verdict."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedder_cli.importer.sending import backoff
from embedder_cli.printable import plain
from embedder_cli.service import Answer, truncated


@dataclass(frozen=True)
class Written:
    """The whole batch was accepted; `truncated` are the indexes of texts that were too long.

    `queued`: it was accepted by the ingestion queue, not by the index.
    """

    truncated: frozenset[int]
    queued: bool = False


@dataclass(frozen=True)
class Rejected:
    """The document at this index was rejected; nothing of the batch was written."""

    index: int
    reason: str


@dataclass(frozen=True)
class Split:
    """A document of the batch was rejected, or the batch is too large: smaller batches will show which."""

    reason: str


@dataclass(frozen=True)
class Repeat:
    """The service failed. `accepted` are the ids that it accepted before.

    `may_help` is False if the service has repeated the call itself, so that the batch is probably at fault.
    `is_limit` is True if the rate of requests or writes is limited.
    """

    reason: str
    retry_after_s: float | None = None
    accepted: frozenset[str] = frozenset()
    may_help: bool = True
    is_limit: bool = False


@dataclass(frozen=True)
class Stop:
    """Every other batch would fail, too."""

    reason: str


Verdict = Written | Rejected | Split | Repeat | Stop

_INDEX = re.compile(r"documents\[(\d{1,6})\]")
_NAMED = re.compile(r"documents\[\d+\](\.\w+)?(?:, (?:documents)?\[\d+\](?:\.\w+)?)*")
_REPEATED = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
_INVALID_ANSWER_OF_MODEL = "upstream_invalid"
_FINAL_CODES = frozenset(
    {
        "ai_not_configured",
        "auth_not_configured",
        "index_mismatch",
        "queue_not_configured",
        "vectorize_not_configured",
    }
)
NOT_THIS_SERVICE = "The answer is not one of this service; check --url."


def judge(answer: Answer, count: int, *, removal: bool = False) -> Verdict:
    """Return what to do after the answer to a write of `count` documents, or a removal of `count` ids."""
    if answer.status in (200, 202):
        queued = answer.status == 202
        if _is_written(answer.body, count, "ids" if queued else "mutation_ids", removal=removal):
            return Written(truncated(answer.headers), queued)
        return Stop(NOT_THIS_SERVICE)
    code, message = answer.error.get("code"), answer.error.get("message")
    reason = plain(message) if isinstance(message, str) and message else f"The service answered HTTP {answer.status}."
    if isinstance(code, str) and code in _FINAL_CODES:
        return Stop(reason)
    if answer.status in _REPEATED:
        return _repeat(answer, reason)
    if answer.status in (400, 413) or (answer.status == 403 and _INDEX.match(str(answer.error.get("param")))):
        return _rejected(answer.status, answer.error.get("param"), reason)
    return Stop(f"The service answered {answer.sentence}")


def _is_written(body: object, count: int, proof: str, *, removal: bool) -> bool:
    """Return whether everything was written. A key that is bound to namespaces removes only what is stored there."""
    if not isinstance(body, dict) or type(body.get("count")) is not int:
        return False
    done, names = body["count"], body.get(proof)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return False
    return bool(names) == bool(done) and (0 <= done <= count if removal else done == count > 0)


def _repeat(answer: Answer, reason: str) -> Repeat:
    wait = backoff.seconds(answer.headers.get("retry-after"))
    accepted = answer.body.get("accepted") if isinstance(answer.body, dict) else None
    names = frozenset(map(str, accepted)) if isinstance(accepted, list) else frozenset()
    may_help = answer.error.get("code") != _INVALID_ANSWER_OF_MODEL
    return Repeat(reason, wait, names, may_help, answer.status == 429)


def _rejected(status: int, param: object, reason: str) -> Verdict:
    name = param if isinstance(param, str) else ""
    if found := _INDEX.match(name):
        return Rejected(int(found[1]), _of_one(reason))
    if name and status == 400 and name != "documents":
        return Stop(reason)
    return Split(reason)


def _of_one(reason: str) -> str:
    """Return a sentence about `documents[3].metadata` as one about the document, whose location the report names."""
    text = _NAMED.sub(r"document\1", reason)
    text = text.replace("send keep_text false", "use --no-keep-text")
    return text.replace("document.", "").removeprefix("document: ")


def is_index(body: Any) -> bool:  # noqa: ANN401
    """Return whether a body is the answer of GET /index."""
    return isinstance(body, dict) and isinstance(body.get("fits"), bool) and _is_count(body.get("vector_count"))


def _is_count(found: object) -> bool:
    return found is None or type(found) is int  # None: the key is bound to namespaces


def stored(body: Any) -> Mapping[str, str | None] | None:  # noqa: ANN401
    """Return the namespaces of the vectors in an answer of GET /vectors, by id; None if it is not one."""
    vectors = body.get("vectors") if isinstance(body, dict) else None
    if not isinstance(vectors, list) or not isinstance(body.get("missing"), list):
        return None
    found = {}
    for vector in vectors:
        if not isinstance(vector, dict) or not isinstance(vector.get("id"), str):
            return None
        found[vector["id"]] = vector.get("namespace")
    return found
