"""The endpoint under examination: one HTTP call in, a status, headers and JSON out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

_TIMEOUT_S = 60.0


class EndpointError(Exception):
    """The endpoint did not do what it must; the message is one sentence to act on."""


@dataclass(frozen=True)
class Answer:
    """An answer; `body` is None where it is not JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any
    ms: float

    def error(self) -> dict[str, Any]:
        """Return the error object of a native or OpenAI answer; empty if there is none."""
        found = self.body.get("error") if isinstance(self.body, dict) else None
        return found if isinstance(found, dict) else {}

    def sentence(self) -> str:
        """Return what to tell of an answer that is not the one hoped for."""
        return f"HTTP {self.status}" + (f": {self.error()['message']}" if "message" in self.error() else ".")


class Endpoint:
    """Calls of one endpoint with one key. `client` can be given for tests."""

    def __init__(self, url: str, key: str | None = None, *, client: httpx.Client | None = None) -> None:
        self.url = url.rstrip("/")
        self.key = key
        self._client = client or httpx.Client(timeout=_TIMEOUT_S)

    def __enter__(self) -> "Endpoint":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def send(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Answer:
        """Send one request; `key` takes the place of the endpoint's own."""
        used = key or self.key
        headers = {"authorization": f"Bearer {used}"} if used else {}
        began = time.perf_counter()
        try:
            response = self._client.request(method, self.url + path, json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise EndpointError(f"{method} {path} got no answer: {str(error) or type(error).__name__}.") from error
        ms = (time.perf_counter() - began) * 1000
        return Answer(response.status_code, response.headers, _json(response), ms)

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        """Send a request that must succeed."""
        answer = self.send(method, path, body)
        if answer.status != 200 or not isinstance(answer.body, dict):
            raise EndpointError(f"{method} {path} answered {answer.sentence()}")
        return answer

    def embed(self, texts: Sequence[str], **options: object) -> list[list[float]]:
        """Return the vectors of the native route."""
        body = self.ask("POST", "/embed", {"text": list(texts), **options}).body
        rows = body.get("data")
        if not isinstance(rows, list) or len(rows) != len(texts):
            raise EndpointError(f"POST /embed did not answer {len(texts)} rows for {len(texts)} texts.")
        return rows

    def openai(self, texts: Sequence[str], **options: object) -> list[Any]:
        """Return the embeddings of the OpenAI route: lists of numbers, or base64."""
        body = {"model": "embeddinggemma-300m", "input": list(texts), **options}
        rows = self.ask("POST", "/v1/embeddings", body).body.get("data")
        if not isinstance(rows, list) or len(rows) != len(texts):
            raise EndpointError(f"POST /v1/embeddings did not answer {len(texts)} rows for {len(texts)} texts.")
        return [row["embedding"] for row in rows]


def _json(response: httpx.Response) -> Any:  # noqa: ANN401
    try:
        return response.json()
    except ValueError:
        return None
