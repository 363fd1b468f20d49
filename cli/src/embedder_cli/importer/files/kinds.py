"""The kinds of files by suffix, and their readers. A reader is imported when a file needs it: parsers start slowly."""

from importlib import import_module
from pathlib import PurePath

from embedder_cli.importer.files.conversion import CONVERTED
from embedder_cli.importer.records.reading import Reader

_MODULES = {
    ".jsonl": "records.json_lines",
    ".ndjson": "records.json_lines",
    ".json": "records.json_array",
    ".csv": "records.tables",
    ".tsv": "records.tables",
    ".md": "texts.markdown",
    ".markdown": "texts.markdown",
    ".mdx": "texts.markdown",
    ".txt": "texts.plain",
    ".text": "texts.plain",
    ".rst": "texts.plain",
}
SUFFIXES = tuple(_MODULES)
NAMES = tuple(suffix.removeprefix(".") for suffix in SUFFIXES)
JSON_KINDS = frozenset({".jsonl", ".ndjson", ".json"})
TEXT_KINDS = frozenset(suffix for suffix, module in _MODULES.items() if module.startswith("texts."))
MARKDOWN = ".md"
_GZIP_SUFFIX = ".gz"


def reader(kind: str) -> Reader:
    """Return the reader of a kind, which is a suffix."""
    found: Reader = import_module(f"embedder_cli.importer.{_MODULES[kind]}").read
    return found


def of(name: str, *, converts: bool = False) -> str | None:
    """Return the kind of a file by its name, or None. `converts`: files to convert have a kind, too."""
    suffix = PurePath(name).suffix.lower()
    if converts and suffix in CONVERTED:
        return suffix
    suffix = PurePath(unpacked(name)).suffix.lower()
    return suffix if suffix in _MODULES else None


def unpacked(name: str) -> str:
    """Return the name of a file without the suffix of a compressed one."""
    return name[: -len(_GZIP_SUFFIX)] if name.lower().endswith(_GZIP_SUFFIX) else name
