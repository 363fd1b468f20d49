"""Queues of an account, through Cloudflare's API: peek, send and purge.

Peeking leaves messages where they are, and does not count as a delivery. Pulling would need a consumer, and would use
up the attempts of the messages (developers.cloudflare.com/api, Queues, Messages).
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from embedder_cli import service
from embedder_cli.printable import plain
from embedder_cli.service import NoAnswerError

API = "https://api.cloudflare.com/client/v4"
MAX_MESSAGES = 100  # of a call (Queues, Limits)
MAX_SENT_BYTES = 256_000  # of a call, with about 100 bytes of metadata per message (Queues, Limits)
_OVERHEAD_BYTES = 100
_MAX_ANSWER_BYTES = 32 * 1024 * 1024  # 100 messages of 128 KB, escaped


class AccountError(Exception):
    """The account can't be used; the message is one sentence to act on."""


@dataclass(frozen=True)
class Peeked:
    """A message, as it is in the queue. `ref` names it for `purge`."""

    ref: str
    body: str
    timestamp_ms: float


@dataclass
class Account:
    """An account. `id` is "" until `open` has found it."""

    client: httpx.AsyncClient
    token: str
    id: str = ""
    url: str = API

    @classmethod
    def from_environment(cls, client: httpx.AsyncClient) -> "Account":
        token = os.environ.get("CLOUDFLARE_API_TOKEN", "")
        if not token:
            raise AccountError("Set CLOUDFLARE_API_TOKEN to a token with the permission Queues: Edit.")
        url = os.environ.get("CLOUDFLARE_API_BASE_URL", API).rstrip("/")
        return cls(client, token, os.environ.get("CLOUDFLARE_ACCOUNT_ID", ""), url)

    async def open(self) -> None:
        """Find the account of the token, if none is named."""
        if self.id:
            return
        found = await self._call("GET", "/accounts", list)
        if len(found) != 1:
            raise AccountError(f"The token has {len(found)} accounts; set CLOUDFLARE_ACCOUNT_ID to one.")
        self.id = str(found[0]["id"])

    async def queue(self, name: str) -> str:
        """Return the id of a queue."""
        found = await self._call("GET", f"/accounts/{self.id}/queues?name={quote(name, safe='')}", list)
        ids = [str(item["queue_id"]) for item in found if item.get("queue_name") == name]
        if not ids:
            raise AccountError(f"The account has no queue {plain(name)}; name another with --queue or --ingest.")
        return ids[0]

    async def peek(self, queue: str) -> list[Peeked]:
        """Return the first messages of a queue."""
        found = await self._message_call(queue, "peek", {"batch_size": MAX_MESSAGES}, dict)
        messages = found.get("messages") or []
        return [Peeked(str(item["ref"]), str(item["body"]), float(item.get("timestamp_ms") or 0)) for item in messages]

    async def send(self, queue: str, bodies: Sequence[str]) -> None:
        """Send messages, in as many calls as their size requires."""
        part: list[str] = []
        size = 0
        for body in [*bodies, None]:
            cost = len(body.encode()) + _OVERHEAD_BYTES if body is not None else MAX_SENT_BYTES
            if part and size + cost > MAX_SENT_BYTES:
                sent = [{"body": text, "content_type": "text"} for text in part]
                await self._message_call(queue, "batch", {"messages": sent}, object)
                part, size = [], 0
            if body is not None:
                part.append(body)
                size += cost

    async def purge(self, queue: str, refs: Sequence[str]) -> None:
        """Remove messages that were peeked."""
        found = await self._message_call(queue, "purge", {"refs": [{"ref": ref} for ref in refs]}, object)
        errors = found.get("errors") if isinstance(found, dict) else None
        if errors:
            raise AccountError(f"Some messages were not removed: {plain(str(errors[0].get('message')))}.")

    async def _message_call(self, queue: str, what: str, body: object, kind: type) -> Any:  # noqa: ANN401
        return await self._call("POST", f"/accounts/{self.id}/queues/{queue}/messages/{what}", kind, body)

    async def _call(self, method: str, path: str, kind: type, body: object = None) -> Any:  # noqa: ANN401
        """Return the result of a call. Raises AccountError."""
        headers = {"authorization": f"Bearer {self.token}"}
        data = None if body is None else json.dumps(body).encode()
        try:
            answer = await service.send(
                self.client, method, self.url + path, headers=headers, body=data, max_bytes=_MAX_ANSWER_BYTES
            )
        except NoAnswerError as error:
            raise AccountError(str(error)) from error
        found = answer.body if isinstance(answer.body, dict) else {}
        if answer.status != 200 or not found.get("success") or not isinstance(found.get("result"), kind):
            raise AccountError(_sentence(answer.status, found))
        return found["result"]


def _sentence(status: int, body: dict[str, Any]) -> str:
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    reason = f": {plain(str(first['message']))} [code: {first.get('code')}]" if first.get("message") else ""
    advice = " The token needs the permission Queues: Edit." if status in (401, 403) else ""
    return f"Cloudflare's API answered HTTP {status}{reason}.{advice}"
