"""Documents, their locations in the source, and why a document was rejected."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

MAX_ID_BYTES = 64  # Vectorize, Limits
_HASH_CHARS = 40
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Location:
    """Where a document begins: a file, relative to the imported folder, and a line or a record, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read. `has_own_id` is false if its id comes from its file and position.

    `part_of` names what it is a chunk of, or is None. What was a chunk of the same in an earlier import, and is none
    any more, is removed from the index.
    """

    id: str
    text: str
    location: Location
    title: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    has_own_id: bool = False
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A document that was not written, and the reason in one sentence."""

    location: Location
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class FileEnd:
    """All documents of a file were read, or all chunks of a record."""

    file: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a file that the user should know: a guess, or fields that are not stored."""

    kind: str
    file: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or a folder that was not read, although it is there. Its documents stay in the index."""

    file: str
    reason: str


UNUSED = "unused"  # a remark about fields that are not stored
BROKEN = "broken"  # a remark about fields of Markdown that are neither YAML nor TOML
COMMENTS = "comments"  # a remark about comments in the fields of Markdown
GUESSED = "guessed"  # a remark about an encoding

Found = Document | Rejection
Read = Found | FileEnd | Remark | Skipped


@dataclass(frozen=True, slots=True)
class Item:
    """A document as it is sent. `digest` shows whether it has changed since it was written.

    `part_of`: see Document; None for a record with an id of its own.
    """

    id: str
    location: Location
    body: bytes
    digest: bytes
    weight: int = 0  # bytes of its file, for the progress bar
    part_of: str | None = None


def id_of(file: str, position: int, namespace: str | None = None) -> str:
    """Return a stable id for the document at this position of a file: readable if it fits into 64 bytes.

    It begins with the namespace, because an id is unique in the whole index.
    """
    name = f"{namespace}/{file}#{position}" if namespace else f"{file}#{position}"
    return name if name.isprintable() and "," not in name and len(_bytes(name)) <= MAX_ID_BYTES else _hashed(name)


def id_of_chunk(record: str, position: int) -> str:
    """Return the id of a chunk of a record. The first chunk has the record's own."""
    name = f"{record}#{position}" if position > 1 else record
    return name if position == 1 or len(_bytes(name)) <= MAX_ID_BYTES else _hashed(name)


def _hashed(name: str) -> str:
    return hashlib.sha256(_bytes(name)).hexdigest()[:_HASH_CHARS]


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def body_of(document: Document) -> bytes:
    """Return a document as it is sent, as JSON. ValueError or RecursionError if that is not possible."""
    content: dict[str, Any] = {"id": document.id, "text": document.text}
    if document.title:
        content["title"] = document.title
    if document.metadata:
        content["metadata"] = document.metadata
    return _ENCODER.encode(content).encode()


def item_of(document: Document, options: bytes, weight: int, body: bytes | None = None) -> Item:
    """Return a document as it is sent; `options` are the other parts of the request that change what is stored."""
    body = body_of(document) if body is None else body
    digest = hashlib.sha256(options + b"\0" + body).digest()[:16]
    part_of = document.part_of or (None if document.has_own_id else document.location.file)
    return Item(document.id, document.location, body, digest, weight, part_of)
