"""Documents, their locations in the source, and why a document was rejected."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

MAX_ID_BYTES = 64  # Vectorize, Limits
_HASH_CHARS = 40


@dataclass(frozen=True, slots=True)
class Location:
    """Where a document begins: a file, relative to the imported folder, and a line or a record, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it was read. `has_own_id` is false if its id comes from its file and position."""

    id: str
    text: str
    location: Location
    title: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    has_own_id: bool = False


@dataclass(frozen=True, slots=True)
class Rejection:
    """A document that was not written, and the reason in one sentence."""

    location: Location
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """A document as it is sent. `digest` shows whether it has changed since it was written."""

    id: str
    location: Location
    body: bytes
    digest: bytes
    weight: int = 0  # bytes of its file, for the progress bar
    has_own_id: bool = False


def id_of(file: str, position: int, namespace: str | None = None) -> str:
    """Return a stable id for the document at this position of a file: readable if it fits into 64 bytes.

    It begins with the namespace, because an id is unique in the whole index.
    """
    name = f"{namespace}/{file}#{position}" if namespace else f"{file}#{position}"
    data = name.encode("utf-8", "surrogateescape")
    fits = len(data) <= MAX_ID_BYTES and name.isprintable() and "," not in name
    return name if fits else hashlib.sha256(data).hexdigest()[:_HASH_CHARS]


def fault(document: Document) -> str | None:
    """Return why this document can't be sent, or None."""
    if not document.text.strip():
        return "The text is empty."
    try:
        size = len(document.id.encode())
        json.dumps([document.text, document.title, document.metadata], ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return "It contains bytes that are not UTF-8, or half of a surrogate pair."
    except ValueError:
        return "Its metadata contains a number that JSON can't express."
    except RecursionError:
        return "Its metadata is nested too deeply."
    if not 1 <= size <= MAX_ID_BYTES:
        return f"The id has {size} bytes; it must have 1 to {MAX_ID_BYTES}."
    return None


def item_of(document: Document, options: bytes, weight: int) -> Item:
    """Return a document as it is sent; `options` are the other parts of the request that change what is stored."""
    content: dict[str, Any] = {"id": document.id, "text": document.text}
    if document.title:
        content["title"] = document.title
    if document.metadata:
        content["metadata"] = document.metadata
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(options + b"\0" + body).digest()[:16]
    return Item(document.id, document.location, body, digest, weight, document.has_own_id)
