"""Turns the output of `wrangler dev` into a banner and one readable line per request."""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from embedder_cli.printable import plain

READY = re.compile(r"Ready on http://")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_MAX_LINE_CHARS = 10_000
_RELOADING = "Reloading local server"
_RELOADED = "Local server updated and ready"
_WARNING = re.compile(r"^\S*▲")  # the lines of a warning that follow are indented
# What wrangler prints on every start and reload: tables, bindings, hints, and its own line for each request.
_NOISE = re.compile(
    r"^\s*$|^[┌├│└╭╰⎔]|^(Binding|env\.|Attaching additional modules|Using secrets defined|Service bindings,|\* )"
    r"|has access to the following bindings|\[wrangler:info\]"
)
_KEPT_LINES = 30
_GATE = "[gate] "  # see gate.js


class Filter:
    """Filters lines of `wrangler dev`. `tail` has the last lines before it was ready, for a failed start."""

    def __init__(self, *, raw: bool) -> None:
        self._raw = raw
        self.ready = False
        self._reloading = False
        self._warning = False
        self.tail: deque[str] = deque(maxlen=_KEPT_LINES)

    def lines(self, output: Iterable[str], banner: Iterable[str]) -> Iterator[str]:
        """Yield the lines to print: the banner as soon as the Worker is ready, then requests, reloads and errors."""
        for text in output:
            line = clean(text).removeprefix(_GATE)
            if self._is_warning(line):
                continue
            if self.ready:
                yield from self._after(line)
            elif READY.search(line):
                self.ready = True
                yield from banner
            elif not _NOISE.search(line):
                self.tail.append(line)

    def _is_warning(self, line: str) -> bool:
        """Return whether a line belongs to a warning of wrangler, which repeats itself on every reload."""
        self._warning = bool(_WARNING.search(line)) or (self._warning and not line[:1].strip())
        return self._warning

    def _after(self, line: str) -> Iterator[str]:
        if request := _request(line):
            yield line if self._raw else readable(request)
        elif _RELOADING in line or _RELOADED in line:
            yield from self._reload(ended=_RELOADED in line)
        elif not _NOISE.search(line):
            yield line

    def _reload(self, *, ended: bool) -> Iterator[str]:
        """Say once that a reload begins, and once that it has ended. wrangler may begin again before the end."""
        if self._reloading == ended:
            yield "Reloaded." if ended else "Reloading, because a file has changed ..."
        self._reloading = not ended


def clean(text: str) -> str:
    """Remove colours and what could control the terminal."""
    return plain(_ANSI.sub("", text.rstrip("\r\n")), _MAX_LINE_CHARS)


def _request(line: str) -> dict[str, Any] | None:
    """Return the fields of a log line of the Worker, or None for any other line."""
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "request_id" in found and "status" in found else None


def readable(request: dict[str, Any]) -> str:
    """Return one line for a person: time, method, path, status, duration and what else is known."""
    texts, model_ms = request.get("texts"), request.get("model_ms")
    notes = [f"{texts} text{'s' if texts != 1 else ''}"] if texts else []
    notes += [f"model {model_ms:.0f} ms"] if model_ms else []
    notes += [f"{request[name]} {name}" for name in ("queued", "retried", "failed") if request.get(name)]
    notes += [str(request[name]) for name in ("code", "detail") if request.get(name)]
    line = f"{datetime.now():%H:%M:%S} {request['status']} {request['method']} {request['path']}"
    duration = f" {request.get('total_ms', 0):.0f} ms"
    return clean(line + duration + (f" ({', '.join(notes)})" if notes else ""))
