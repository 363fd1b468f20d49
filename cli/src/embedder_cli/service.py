"""Requests to a service. Every answer is bounded in size and in time, and is either JSON or one sentence."""

import asyncio
import base64
import json
import math
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NoReturn

import httpx

from embedder_cli.printable import plain

MAX_ANSWER_BYTES = 4 * 1024 * 1024  # twice the largest answer that the commands ask for: 100 embeddings
_READ_S = 60.0  # between two packets
_MAX_PARTS = 2048  # texts of a request
# what a number above 1e308 contains at least. Three patterns take a tenth of the time of one.
_OVERFLOW = [re.compile(part) for part in (r"e\+?[0-9]{3}", r"E\+?[0-9]{3}", r"[\[,:\s-][0-9]{200}")]
KEY_HINT = "Give one of the service's keys with --key or EMBEDDER_KEY."


class NoAnswerError(Exception):
    """There is no usable answer; the message is one sentence."""


@dataclass(frozen=True)
class Answer:
    """An answer. `body` is the decoded JSON, or None."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def error(self) -> dict[str, Any]:
        """The error object of the answer; empty if there is none."""
        found = self.body.get("error") if isinstance(self.body, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def sentence(self) -> str:
        """Describe a failure: the status, the message of the answer, and what to do."""
        message = self.error.get("message")
        reason = f": {plain(message)}" if isinstance(message, str) and message.strip() else "."
        if self.status == 401:
            return f"HTTP {self.status}{reason} {KEY_HINT}"
        if 300 <= self.status < 400:
            target = plain(self.headers.get("location", "another address"), 200)
            return f"HTTP {self.status}, a redirect to {target}. Redirects are not followed; give the final address."
        return f"HTTP {self.status}{reason}"


@dataclass(frozen=True)
class Service:
    """The address of a service, without a user name and a password, and the headers that authorise a request."""

    url: str
    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def at(cls, url: str, key: str | None = None) -> "Service":
        """Split an address into what may be shown and what may not. A key replaces `user:password@`."""
        parsed = httpx.URL(url)
        clean = str(parsed.copy_with(userinfo=b"")) if parsed.userinfo else url
        return cls(clean.rstrip("/"), _authorization(parsed, key))


def _authorization(url: httpx.URL, key: str | None) -> dict[str, str]:
    if key:
        return {"authorization": f"Bearer {key}"}
    if not url.userinfo:
        return {}
    pair = f"{url.username}:{url.password}".encode()
    return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}


def client(read_s: float = _READ_S) -> httpx.AsyncClient:
    """Return a client that follows no redirects and accepts no compressed answers."""
    return httpx.AsyncClient(timeout=httpx.Timeout(_READ_S, read=read_s), follow_redirects=False, verify=_tls())


@cache
def _tls() -> ssl.SSLContext:
    """Return the settings of TLS. To read the certificates takes 20 ms, more than a request."""
    return httpx.create_ssl_context()


async def send(
    caller: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None = None,
    limit_s: float = _READ_S,
    max_bytes: int = MAX_ANSWER_BYTES,
) -> Answer:
    """Send a request and return its answer; raise NoAnswerError after `limit_s` seconds, or `max_bytes`."""
    sent = {"accept-encoding": "identity", **headers}
    if body is not None:
        sent["content-type"] = "application/json"
    try:
        async with asyncio.timeout(limit_s), caller.stream(method, url, headers=sent, content=body) as response:
            data = await _body(response, max_bytes)
    except TimeoutError as error:
        raise NoAnswerError(f"{_host(url)} gave no complete answer within {limit_s:g} s.") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
        reason = plain(str(error).rstrip(".") or type(error).__name__)
        raise NoAnswerError(f"{_host(url)} gave no answer: {reason}.") from error
    return Answer(response.status_code, response.headers, decoded(data))


async def _body(response: httpx.Response, max_bytes: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise ValueError(f"it is compressed ({encoding[:20]}), which was not asked for")
    data = bytearray()
    async for part in response.aiter_bytes():
        data += part
        if len(data) > max_bytes:
            raise ValueError(f"it has more than {max_bytes:,} bytes")
    return bytes(data)


def decoded(data: bytes) -> Any:  # noqa: ANN401
    """Return decoded JSON. None for anything else, such as NaN, infinite numbers and very deep nesting."""
    try:
        text = data.decode("utf-8-sig")
        overflow = any(part.search(text) for part in _OVERFLOW) or text[:1].isdigit()
        parse_float = _finite if overflow else None  # a call for each number takes longer than the rest
        return json.loads(text, parse_constant=_reject, parse_float=parse_float)
    except (ValueError, RecursionError):
        return None


def _reject(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _reject(digits)


def _host(url: str) -> str:
    parsed = httpx.URL(url)
    return plain(f"{parsed.scheme}://{parsed.netloc.decode()}", 200)


def truncated(headers: Mapping[str, str]) -> frozenset[int]:
    """Return the indexes of truncated texts, from a header such as `1,4-7`. What is no index or range is ignored."""
    found: set[int] = set()
    for part in headers.get("x-embedding-truncated", "").split(",")[:_MAX_PARTS]:
        first, _, last = part.strip().partition("-")
        if _is_index(first) and _is_index(last or first):
            found.update(range(int(first), min(int(last or first), int(first) + _MAX_PARTS) + 1))
    return frozenset(found)


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= 6
