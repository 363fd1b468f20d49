"""The block of fields at the beginning of a Markdown file: YAML between `---`, TOML between `+++`.

A block that is no mapping is text: a rule, such as `---` above a sentence, looks the same.
"""

import datetime
import re
import tomllib
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml

from embedder_cli.importer.records.values import MAX_DEPTH, Literal, is_number

MAX_CHARS = 64 * 1024  # of a block; YAML is read slowly
_YAML = re.compile(r"---[ \t]*\n(?![ \t]*\n)(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"\+\+\+[ \t]*\n(.*?)^\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_FIELD = re.compile(r"[\w\"'-]+ *(?::\s|=)")  # the beginning of something like fields
_TOML_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_EMPTY = re.compile(r"(?:---[ \t]*\n(?:---|\.\.\.)|\+\+\+[ \t]*\n\+\+\+)[ \t]*(?:\n|\Z)")


@dataclass(frozen=True)
class Page:
    """A Markdown file: its fields, the text below them, and the number of its first line."""

    body: str
    line: int = 1
    fields: dict[str, Any] = field(default_factory=dict)
    has_comments: bool = False
    is_broken: bool = False  # the text begins with something like fields, which is neither YAML nor TOML


def split(text: str) -> Page:
    """Split the fields off a text. Its line breaks are `\\n`."""
    if empty := _EMPTY.match(text):
        return _page(text, empty.end(), {})
    head = text[: MAX_CHARS + 1]
    for pattern, parse, outside in ((_YAML, _mapping, _outside_yaml), (_TOML, _table, _outside_toml)):
        found = pattern.match(head)
        if found and (fields := parse(found[1])) is not None:
            return _page(text, found.end(), fields, has_comments="#" in found[1] and "#" in outside(found[1]))
        if found:
            return Page(text, is_broken=_FIELD.match(found[1]) is not None)
    return Page(text)


def _page(text: str, end: int, fields: dict[str, Any], *, has_comments: bool = False) -> Page:
    return Page(text[end:], text.count("\n", 0, end) + 1, fields, has_comments)


def _outside_yaml(block: str) -> str:
    """Return what is in no token: white space and comments."""
    ends = [(token.start_mark.index, token.end_mark.index) for token in yaml.scan(block)]
    return "".join(block[end:start] for (_, end), (start, _) in pairwise(ends))


def _outside_toml(block: str) -> str:
    """Return what is in no string."""
    return _TOML_STRING.sub("", block)


def _mapping(block: str) -> dict[str, Any] | None:
    """Return a YAML mapping, or None. What YAML does not define, such as a key that is there twice, is none."""
    try:
        found = yaml.load(block, Loader=_Loader)  # noqa: S506 a SafeLoader with fewer types
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None
    return found if isinstance(found, dict) and all(isinstance(name, str) for name in found) else None


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # yaml has no types
    """Keeps numbers, dates and booleans as they are written.

    It accepts no aliases, which can grow without a bound, and neither anchors nor tags, whose names would be lost.
    """

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401
        event = self.peek_event()
        if event.anchor or getattr(event, "tag", None) or self._depth > MAX_DEPTH:
            raise yaml.YAMLError("an anchor, an alias, a tag, or too many levels")
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


for _tag in ("bool", "int", "float", "timestamp", "value"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _Loader.as_written)


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
