"""The block of fields at the beginning of a Markdown file: YAML between `---`, TOML between `+++`.

A block that is not a mapping is text: a rule, such as `---` above a sentence, looks the same.
"""

import datetime
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

import yaml

from embedder_cli.importer.records.values import MAX_DEPTH, Literal, is_number

MAX_CHARS = 64 * 1024  # of a block; YAML is read slowly
_YAML = re.compile(r"---[ \t]*\n(?![ \t]*\n)(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_EMPTY = re.compile(r"(?:---[ \t]*\n(?:---|\.\.\.)|\+\+\+[ \t]*\n\+\+\+)[ \t]*(?:\n|\Z)")


@dataclass(frozen=True)
class Page:
    """A Markdown file: its fields, the text below them, and the number of its first line."""

    body: str
    line: int = 1
    fields: dict[str, Any] = field(default_factory=dict)


def split(text: str) -> Page:
    """Split the fields off a text. Its line breaks are `\\n`."""
    if empty := _EMPTY.match(text):
        return _page(text, empty.end(), {})
    head = text[: MAX_CHARS + 1]
    for pattern, parse in ((_YAML, _mapping), (_TOML, _table)):
        found = pattern.match(head)
        if found and (fields := parse(found[1])) is not None:
            return _page(text, found.end(), fields)
    return Page(text)


def _page(text: str, end: int, fields: dict[str, Any]) -> Page:
    return Page(text[end:], text.count("\n", 0, end) + 1, fields)


def _mapping(block: str) -> dict[str, Any] | None:
    """Return a YAML mapping, or None. What YAML does not define, such as a key that is there twice, is none."""
    try:
        found = yaml.load(block, Loader=_Loader)  # noqa: S506 a SafeLoader with fewer types
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) and all(isinstance(name, str) for name in found) else None


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # yaml has no types
    """Keeps numbers, dates and booleans as they are written, and accepts no aliases, which can grow without a bound."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401
        if self.check_event(yaml.AliasEvent) or self._depth > MAX_DEPTH:
            raise yaml.YAMLError("an alias, or too many levels")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ANN401
        found = super().construct_mapping(node, deep=deep)
        if len(found) != len(node.value):
            raise yaml.YAMLError("a key is there twice")
        return found

    def as_written(self, node: Any) -> Any:  # noqa: ANN401
        text = self.construct_scalar(node)
        is_literal = is_number(text) or text.lower() in ("true", "false")
        return Literal(text) if is_literal else text


for _tag in ("bool", "int", "float", "timestamp", "binary"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader.as_written)
for _tag in ("set", "omap", "pairs"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", yaml.SafeLoader.construct_undefined)


def _table(block: str) -> dict[str, Any] | None:
    try:
        return {name: _plain(value) for name, value in tomllib.loads(block, parse_float=Literal).items()}
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        return Literal(str(value))
    return value
