"""Checks that answers are correct, with one check for each kind. They raise WrongAnswerError."""

import json
from collections.abc import Callable

from benchmarks.subjects import rows
from benchmarks.subjects.rows import Rows, WrongAnswerError

Check = Callable[[bytes, Rows, int], None]


def native(body: bytes, known: Rows, texts: int) -> None:
    known.check(rows.native(body), texts=texts)


def openai(body: bytes, known: Rows, texts: int) -> None:
    known.check(rows.openai(body), texts=texts)


def openai_256(body: bytes, known: Rows, texts: int) -> None:
    known.check(rows.openai(body), texts=texts, dimensions=256)


def similarity(body: bytes, known: Rows, texts: int) -> None:
    answer = json.loads(body)
    if answer["shape"] != [texts, texts]:
        raise WrongAnswerError(f"the shape is {answer['shape']}")
    known.check_cosines(answer["scores"], texts=texts)


def matches(body: bytes, _known: Rows, _texts: int) -> None:
    if [match["id"] for match in json.loads(body)["matches"]] != [f"id-{number}" for number in range(5)]:
        raise WrongAnswerError("the matches are not those of the emulator")


def mutation(body: bytes, _known: Rows, _texts: int) -> None:
    if b"00000000-0000-4000-8000-000000000000" not in body:
        raise WrongAnswerError("the mutation id is missing")


def queued(body: bytes, _known: Rows, texts: int) -> None:
    if json.loads(body)["ids"] != [f"id-{number}" for number in range(texts)]:
        raise WrongAnswerError("the receipt is not complete")


def consumed(body: bytes, _known: Rows, texts: int) -> None:
    """Check that every message was acknowledged."""
    answer = json.loads(body)
    if answer["outcome"] != "ok" or len(answer["explicitAcks"]) != texts:
        raise WrongAnswerError(f"the batch ended with {answer}")


def called(body: bytes, known: Rows, texts: int) -> None:
    """Check what the calling Worker reports about its answer: the shape and the first row."""
    answer = json.loads(body)
    known.check([answer["first"]], texts=1)
    if answer["shape"] != [texts, rows.DIMENSIONS]:
        raise WrongAnswerError(f"the shape is {answer['shape']}")


def hello(body: bytes, _known: Rows, _texts: int) -> None:
    if body != b"hello":
        raise WrongAnswerError(f"the body is {body[:100]!r}, not hello")
