"""PDF, Word and HTML as Markdown, through the Markdown Conversion of Workers AI.

Source: https://developers.cloudflare.com/workers-ai/features/markdown-conversion/usage/rest-api/
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from embedder_cli.importer.lines import SourceError
from embedder_cli.printable import plain

API = "https://api.cloudflare.com/client/v4"
CONVERTED = frozenset({".pdf", ".docx", ".odt", ".html", ".htm"})
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_ANSWER_BYTES = 32 * 1024 * 1024
_TIMEOUT_S = 180.0
_NEEDED = (
    "--convert needs CLOUDFLARE_API_TOKEN, a token with the permissions Workers AI: Read and Workers AI: Edit, and "
    "CLOUDFLARE_ACCOUNT_ID."
)

Convert = Callable[[str, bytes], str]
"""Gets the name and the bytes of a file, and returns Markdown. Raises ConversionError."""


class ConversionError(Exception):
    """A file can't be converted; the message is one sentence."""


class NotConvertedError(Exception):
    """A dry run converts nothing."""


def not_now(name: str, data: bytes) -> str:  # noqa: ARG001
    """Convert nothing, in a dry run: a conversion sends the file, and may cost something."""
    raise NotConvertedError


@dataclass(frozen=True)
class Converter:
    """An account that converts files."""

    url: str
    token: str = field(repr=False)

    @classmethod
    def from_environment(cls) -> "Converter":
        """Return the converter of the account in the environment; SourceError if none is named."""
        token = os.environ.get("CLOUDFLARE_API_TOKEN", "").strip()
        account = os.environ.get("CLOUDFLARE_ACCOUNT_ID", "").strip()
        if not (token and token.isascii() and account.isalnum()):
            raise SourceError(_NEEDED)
        api = os.environ.get("CLOUDFLARE_API_BASE_URL", API).rstrip("/")
        return cls(f"{api}/accounts/{account}/ai/tomarkdown", token)

    def __call__(self, name: str, data: bytes) -> str:
        """Return a file as Markdown. ConversionError for this file, SourceError if no file could be converted."""
        if len(data) > MAX_FILE_BYTES:
            raise ConversionError(f"It has more than {MAX_FILE_BYTES // 2**20} MiB, and can't be converted.")
        status, body = self._ask(name, data)
        if status != 200:
            sentence = f"Workers AI answered the conversion with HTTP {status}{_reason(body)}."
            raise ConversionError(sentence) if status in (400, 413, 415, 422) else SourceError(f"{sentence} {_NEEDED}")
        return _markdown(body)

    def _ask(self, name: str, data: bytes) -> tuple[int, Any]:
        files = {"files": (name.rpartition("/")[2], data)}
        headers = {"authorization": f"Bearer {self.token}", "accept-encoding": "identity"}
        read = bytearray()
        try:
            with httpx.stream("POST", self.url, headers=headers, files=files, timeout=_TIMEOUT_S) as response:
                for part in response.iter_bytes():
                    read += part
                    if len(read) > MAX_ANSWER_BYTES:
                        raise ConversionError(f"Its Markdown has more than {MAX_ANSWER_BYTES // 2**20} MiB.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise SourceError(f"The conversion got no answer: {plain(error)}.") from error
        try:
            return response.status_code, json.loads(read)
        except (ValueError, RecursionError):
            return response.status_code, None


def _markdown(body: Any) -> str:  # noqa: ANN401
    results = body.get("result") if isinstance(body, dict) else None
    result = results[0] if isinstance(results, list) and len(results) == 1 else None
    if not isinstance(result, dict):
        raise SourceError("The conversion got an answer that is not one of Workers AI; see CLOUDFLARE_API_BASE_URL.")
    if result.get("format") != "markdown" or not isinstance(result.get("data"), str):
        reason = str(result.get("error") or "there is no Markdown in the answer").rstrip(".")
        raise ConversionError(f"It can't be converted: {plain(reason)}.")
    return str(result["data"])


def _reason(body: Any) -> str:  # noqa: ANN401
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return f": {plain(str(first['message'])).rstrip('.')}" if first.get("message") else ""
