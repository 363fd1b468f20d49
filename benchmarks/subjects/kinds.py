"""The kinds of request that are measured. To add one, add a row to KINDS."""

import json
from typing import Any

import msgspec

from benchmarks.subjects import checks
from benchmarks.subjects.checks import Check
from benchmarks.subjects.names import BOTH, CONSUMED, EVERYONE, HELLO

_WORDS = (
    "the",
    "cloud",
    "carries",
    "a",
    "story",
    "about",
    "llamas,",
    "oranges,",
    "and",
    "rivers",
    "that",
    "run",
    "north",
)
_MODEL = "embeddinggemma-300m"


class Kind(msgspec.Struct, frozen=True):
    """A request, the contenders that take part, and the check of an answer.

    With `caller`, the request goes to another Worker, which calls the contender by RPC.
    """

    name: str
    texts: int
    method: str
    path: str
    body: dict[str, Any]
    check: Check
    contenders: tuple[str, ...] = BOTH
    caller: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}, {self.texts}"

    def request(self) -> bytes:
        """Return the whole HTTP request."""
        body = json.dumps(self.body).encode()
        head = f"{self.method} {self.path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        return head.encode() + b"content-length: %d\r\n\r\n%b" % (len(body), body)


def sentences(count: int) -> list[str]:
    """Return `count` different texts of about 160 characters."""
    return [
        " ".join(_WORDS[(number + step) % len(_WORDS)] for step in range(28)) + f" {number}." for number in range(count)
    ]


def _native(texts: int) -> Kind:
    return Kind("native", texts, "POST", "/embed", {"text": sentences(texts)}, checks.native, EVERYONE)


def _openai(name: str, texts: int, check: Check = checks.openai, **options: object) -> Kind:
    """With one text, the Python hello Worker takes part too, because the goals compare with it."""
    body = {"model": _MODEL, "input": sentences(texts), **options}
    contenders = (*BOTH, HELLO) if texts == 1 else BOTH
    return Kind(f"OpenAI {name}", texts, "POST", "/v1/embeddings", body, check, contenders)


def _similarity(texts: int) -> Kind:
    return Kind("similarity", texts, "POST", "/similarity", {"texts": sentences(texts)}, checks.similarity)


def _search() -> Kind:
    return Kind("search", 1, "POST", "/search", {"text": sentences(1)[0], "top_k": 5}, checks.matches)


def _upsert(texts: int) -> Kind:
    items = [{"id": f"id-{number}", "text": text} for number, text in enumerate(sentences(texts))]
    return Kind("upsert", texts, "PUT", "/vectors", {"documents": items}, checks.mutation)


def _queue(texts: int) -> Kind:
    kind = _upsert(texts)
    return msgspec.structs.replace(kind, name="queue", body={**kind.body, "queue": True}, check=checks.queued)


def _consume(texts: int) -> Kind:
    """A batch from the queue, which another Worker delivers."""
    found = [json.dumps({"version": 1, "document": item}) for item in _upsert(texts).body["documents"]]
    return Kind(CONSUMED, texts, "POST", "/", {"messages": found}, checks.consumed, caller=True)


def _rpc(texts: int, name: str, **options: object) -> Kind:
    return Kind(name, texts, "POST", "/", {"text": sentences(texts), **options}, checks.called, caller=True)


SIZES = (1, 10, 100)
KINDS: tuple[Kind, ...] = (
    *(_native(texts) for texts in SIZES),
    *(_openai("float", texts, encoding_format="float") for texts in SIZES),
    *(_openai("base64", texts, encoding_format="base64") for texts in SIZES),
    *(_openai("256", texts, checks.openai_256, dimensions=256) for texts in SIZES),
    *(_rpc(texts, "RPC arrays") for texts in SIZES),
    *(_rpc(texts, "RPC Float32Array", options={"format": "float32"}) for texts in SIZES),
    *(_rpc(texts, "RPC Response", options={"format": "response"}) for texts in SIZES),
    _similarity(100),
    _search(),
    _upsert(100),
    _queue(100),
    _consume(100),
    _openai("base64", 2048, encoding_format="base64"),
    _openai("float", 2048, encoding_format="float"),
)
