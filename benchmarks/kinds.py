"""The kinds of request that are measured: a new one is a new row of KINDS."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from benchmarks import rows
from benchmarks.rows import Rows, WrongAnswerError

OURS = "this Worker"
TYPESCRIPT = "TypeScript"
STREAM = "TypeScript, streams"
NAIVE = "Python, naive"
HELLO = "Python, hello"

BOTH = (OURS, TYPESCRIPT)
EVERYONE = (OURS, TYPESCRIPT, STREAM, NAIVE, HELLO)
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

Check = Callable[[bytes, Rows, int], None]


class Kind(msgspec.Struct, frozen=True):
    """A request, who takes part, and what makes an answer right.

    `caller`: it is sent to another Worker, which calls the contender by RPC.
    """

    name: str
    texts: int
    method: str
    path: str
    body: dict[str, Any]
    check: Check
    contenders: tuple[str, ...] = BOTH
    caller: bool = False
    unchecked: tuple[str, ...] = (HELLO,)  # answers nothing that could be right

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
        " ".join(_WORDS[(place + step) % len(_WORDS)] for step in range(28)) + f" {place}." for place in range(count)
    ]


def _check_native(body: bytes, known: Rows, texts: int) -> None:
    known.check(rows.native(body), texts=texts)


def _check_openai(body: bytes, known: Rows, texts: int) -> None:
    known.check(rows.openai(body), texts=texts)


def _check_256(body: bytes, known: Rows, texts: int) -> None:
    known.check(rows.openai(body), texts=texts, dimensions=256)


def _check_matches(body: bytes, _known: Rows, _texts: int) -> None:
    if [match["id"] for match in json.loads(body)["matches"]] != [f"id-{place}" for place in range(5)]:
        raise WrongAnswerError("these are not the matches of the stand-in")


def _check_mutation(body: bytes, _known: Rows, _texts: int) -> None:
    if b"00000000-0000-4000-8000-000000000000" not in body:
        raise WrongAnswerError("there is no mutation id")


def _check_called(body: bytes, known: Rows, texts: int) -> None:
    answer = json.loads(body)
    known.check([answer["first"]], texts=1)
    if answer["shape"] != [texts, rows.DIMENSIONS]:
        raise WrongAnswerError(f"the shape is {answer['shape']}")


def _native(texts: int) -> Kind:
    return Kind("native", texts, "POST", "/embed", {"text": sentences(texts)}, _check_native, EVERYONE)


def _openai(name: str, texts: int, check: Check = _check_openai, **options: object) -> Kind:
    body = {"model": _MODEL, "input": sentences(texts), **options}
    return Kind(f"OpenAI {name}", texts, "POST", "/v1/embeddings", body, check)


def _upsert(texts: int) -> Kind:
    items = [{"id": f"id-{place}", "text": text} for place, text in enumerate(sentences(texts))]
    return Kind("upsert", texts, "PUT", "/vectors", {"documents": items}, _check_mutation)


def _rpc(texts: int, name: str, **options: object) -> Kind:
    return Kind(name, texts, "POST", "/", {"text": sentences(texts), **options}, _check_called, caller=True)


SIZES = (1, 10, 100)
KINDS: tuple[Kind, ...] = (
    *(_native(texts) for texts in SIZES),
    *(_openai("float", texts, encoding_format="float") for texts in SIZES),
    *(_openai("base64", texts, encoding_format="base64") for texts in SIZES),
    *(_openai("256", texts, _check_256, dimensions=256) for texts in SIZES),
    *(_rpc(texts, "RPC arrays") for texts in SIZES),
    *(_rpc(texts, "RPC Float32Array", options={"format": "float32"}) for texts in SIZES),
    *(_rpc(texts, "RPC Response", options={"format": "response"}) for texts in SIZES),
    Kind("search", 1, "POST", "/search", {"text": sentences(1)[0], "top_k": 5}, _check_matches),
    _upsert(100),
    _openai("base64", 2048, encoding_format="base64"),
    _openai("float", 2048, encoding_format="float"),
)
