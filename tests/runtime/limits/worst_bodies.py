"""The worst bodies of every route with one: its documented examples, with each text and each list blown up."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from embedder.api import routes
from embedder.api.routing import Route
from embedder.settings import Settings
from tools.openapi import document

SIZE = Settings().max_body_bytes - 4_000
COUNTS = (1, 100, 1000, 2048)  # items of a list of texts or objects, as the routes take them
PROSE = "The quick brown fox jumps over the lazy dog near the river bank. "
MIXED = "aбγ字한ع ไก่ ა ሀ ᓂ ㅎ é\N{GRINNING FACE}"
ZWJ = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
PLAIN, NESTED = "prose", "nested"
# name -> a text that is repeated, and whether it is written with escapes
TEXTS: dict[str, tuple[str, bool]] = {
    PLAIN: (PROSE, False),
    "mixed scripts": (MIXED, False),
    "emoji sequences": (ZWJ, False),
    "emoji": ("\N{GRINNING FACE}", False),
    "one letter": ("a", False),
    "signs": ("!?.-" * 3 + "#", False),
    "white space": (" \t\n", False),
    "digits": ("7", False),
    "escapes": (MIXED, True),
    "quotes": ('"\\', False),
    "surrogate halves": ("\ud800", True),
    "tags": ("<b></b>", False),
    "DNA": ("ACGTTGCA", False),
    "capitals": ("aB" * 8 + "c" * 17 + " ", False),
}

# JSON of many values, or nearly JSON: name -> a value that a list is filled with, and how often
PARTS: dict[str, tuple[bytes, int]] = {
    "empty lists": (b"[]", 99_000),
    "numbers": (b"1.7976931348623157e308", 99_000),
    "long integers": (b"9" * 4_000, 900),
    "empty objects": (b"{}", 99_000),
    "texts": (b'"a"', 99_000),
    "equal keys": (b'{"a":1,"a":2,"a":3}', 24_000),
    "deep lists": (b"[" * 62 + b"]" * 62, 1_500),
    "too many": (b"0", 9_999_999),
    "too deep": (b"[" * 2_000 + b"]" * 2_000, 999),
}

Path = tuple[str | int, ...]


def with_bodies() -> list[Route]:
    return [route for route in routes.TABLE if route.body is not None]


def examples(route: Route) -> list[Any]:
    return list(document.about(route).examples.values())


def places(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of all texts; of a list, only those of the first item."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, child in value.items():
            yield from places(child, (*path, name))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def blown_up(example: object, path: Path, text: str, count: int) -> Any:
    """Return an example with `text` at a path. The innermost list on the way has `count` equal items."""
    body = copy.deepcopy(example)
    if isinstance(body, dict):
        body.pop("wait", None)  # the time until a write is visible
    parent, items = body, None
    for step in path[:-1]:
        items = parent if isinstance(step, int) else items
        parent = parent[step]
    items = parent if isinstance(path[-1], int) else items
    parent[path[-1]] = text
    if items is not None:
        items[:] = items[:1] * count
    return body


def written(example: object, path: Path, filler: str, count: int) -> bytes:
    """Return the JSON of an example whose texts at a path fill the largest body."""
    text, escaped = TEXTS[filler]
    dumps: Callable[[object], bytes] = lambda value: json.dumps(value, ensure_ascii=escaped).encode()  # noqa: E731
    frame = len(dumps(blown_up(example, path, "", count)))
    copies = max(1, (SIZE - frame) // count // (len(dumps(text)) - 2))
    return dumps(blown_up(example, path, text * copies, count))


def bodies(route: Route, kind: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the worst bodies of a route with one kind of text, or of JSON, by name. Each is made on demand."""
    for number, example in enumerate(examples(route)):
        for path in places(example):
            if kind == NESTED:
                for part in PARTS:
                    yield f"{number} {path} {part}", partial(nested, example, path, part)
                continue
            for count in COUNTS if any(isinstance(step, int) for step in path) else (1,):
                yield f"{number} {path} x{count}", partial(written, example, path, kind, count)


def nested(example: object, path: Path, part: str) -> bytes:
    """Return the JSON of an example with a long list in place of the text at a path."""
    frame = json.dumps(blown_up(example, path, "@", 1)).encode()
    value, most = PARTS[part]
    copies = min(most, (SIZE - len(frame)) // (len(value) + 1))
    return frame.replace(b'"@"', b"[%b]" % b",".join([value] * copies), 1)
