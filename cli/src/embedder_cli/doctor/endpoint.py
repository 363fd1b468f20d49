"""The service under examination: one HTTP request in, a status, headers and JSON out."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import httpx

from embedder_cli import interrupts, service
from embedder_cli.service import NoAnswerError, Service

LIMIT_S = 60.0  # for an answer
PATIENCE_S = 310.0  # for an answer to long texts: a little more than the largest DEADLINE_S of a service


class EndpointError(Exception):
    """The service did not answer as it must; the message is one sentence to act on."""


@dataclass(frozen=True)
class Answer(service.Answer):
    """An answer, and how long it took."""

    ms: float

    @property
    def tokens(self) -> int | None:
        """The estimated tokens of the texts; None if the model was not called."""
        number = self.headers.get("x-embedding-tokens", "").partition(";")[0]
        return int(number) if number.isdecimal() else None


class Endpoint:
    """Calls one service with one key, and counts calls of the model. Tests can pass a `client`."""

    def __init__(self, url: str, key: str | None = None, *, client: httpx.AsyncClient | None = None) -> None:
        self._service = Service.at(url, key)
        self.url = self._service.url
        self.key = key
        self._client = client or service.client(PATIENCE_S)
        self._runner = asyncio.Runner()
        self.began = datetime.now(UTC)
        self.model_calls = 0
        self.tokens = 0  # of these calls, estimated

    @property
    def fresh(self) -> str:
        """A text of this run. A call that has it is not answered by a cache, such as that of an AI Gateway."""
        return f"The doctor began at {self.began.isoformat()}."

    def __enter__(self) -> "Endpoint":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._runner as runner:
            interrupts.run(runner, self._client.aclose())

    def send(
        self, method: str, path: str, body: object = None, *, key: str | None = None, patient: bool = False
    ) -> Answer:
        """Send one request; `key` replaces the endpoint's own, and `patient` waits for the answer to long texts."""
        headers = {"authorization": f"Bearer {key}"} if key else self._service.headers
        return interrupts.run(
            self._runner, self._answer(method, path, body, headers, PATIENCE_S if patient else LIMIT_S)
        )

    async def _answer(self, method: str, path: str, body: object, headers: Mapping[str, str], limit_s: float) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        began = time.perf_counter()
        try:
            found = await service.send(
                self._client, method, self.url + path, headers=headers, body=content, limit_s=limit_s
            )
        except NoAnswerError as error:
            raise EndpointError(f"{method} {path}: {error}") from error
        answer = Answer(found.status, found.headers, found.body, (time.perf_counter() - began) * 1000)
        if answer.tokens is not None:
            self.model_calls += 1
            self.tokens += answer.tokens
        return answer

    def ask(self, method: str, path: str, body: object = None, *, patient: bool = False) -> Answer:
        """Send a request that must succeed."""
        return _successful(method, path, self.send(method, path, body, patient=patient))

    def embed_at_once(self, calls: Sequence[Sequence[str]], **options: object) -> list[list[list[float]]]:
        """Return the vectors of requests that are sent at the same time."""
        bodies = [{"text": [*texts], **options} for texts in calls]
        answers = interrupts.run(self._runner, self._all(bodies))
        pairs = zip(answers, calls, strict=True)
        return [self.rows(_successful("POST", "/embed", answer), len(texts)) for answer, texts in pairs]

    async def _all(self, bodies: Sequence[object]) -> list[Answer]:
        found = await asyncio.gather(*map(self._embedded, bodies), return_exceptions=True)
        if failed := [each for each in found if isinstance(each, BaseException)]:
            raise failed[0]
        return [each for each in found if not isinstance(each, BaseException)]

    async def _embedded(self, body: object) -> Answer:
        return await self._answer("POST", "/embed", body, self._service.headers, LIMIT_S)

    def embed(self, texts: Sequence[str], *, patient: bool = False, **options: object) -> list[list[float]]:
        """Return the vectors of the native route."""
        return self.rows(self.ask("POST", "/embed", {"text": list(texts), **options}, patient=patient), len(texts))

    def openai(self, texts: Sequence[str], **options: object) -> list[Any]:
        """Return the embeddings of the OpenAI route: lists of numbers, or base64."""
        body = {"model": "embeddinggemma-300m", "input": list(texts), **options}
        answer = self.ask("POST", "/v1/embeddings", body)
        return [row["embedding"] for row in self.rows(answer, len(texts))]

    @staticmethod
    def rows(answer: Answer, count: int) -> list[Any]:
        """Return the field `data` of an answer; raise EndpointError if it does not have `count` items."""
        rows = answer.body.get("data")
        if not isinstance(rows, list) or len(rows) != count:
            raise EndpointError(f"The service did not answer {count} rows for {count} texts.")
        return rows


def _successful(method: str, path: str, answer: Answer) -> Answer:
    """Return an answer that must be a success with a JSON object."""
    if answer.status != 200 or not isinstance(answer.body, dict):
        raise EndpointError(f"{method} {path} answered {answer.sentence}")
    return answer
