"""What the importer handles: documents, the places where they stand, and why one was refused. No I/O."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

MAX_ID_BYTES = 64  # Vectorize, Limits
_HASH_CHARS = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document begins: the file as seen from the folder that was given, and the line, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    text: str
    place: Place
    title: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document that was not written, and the sentence that tells why."""

    place: Place
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Item:
    """A document as it is sent. `digest` tells whether it is still the one that was written before."""

    id: str
    place: Place
    body: bytes
    digest: bytes
    weight: int = 0  # bytes of its file, for the progress bar


def id_of(file: str, position: int) -> str:
    """Return a stable id for the document at this position of a file: readable where it fits into 64 bytes."""
    name = f"{file}#{position}"
    data = name.encode("utf-8", "surrogateescape")
    fits = len(data) <= MAX_ID_BYTES and name.isprintable() and "," not in name
    return name if fits else hashlib.sha256(data).hexdigest()[:_HASH_CHARS]


def fault(document: Document) -> str | None:
    """Return why this document can't be sent; None if the service may decide."""
    if not document.text.strip():
        return "The text is empty."
    try:
        size = len(document.id.encode())
        json.dumps([document.text, document.title, document.metadata], ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return "It holds bytes that are not UTF-8, or half of a surrogate pair."
    except ValueError:
        return "Its metadata holds a number that JSON can't express."
    if not 1 <= size <= MAX_ID_BYTES:
        return f"The id has {size} bytes; it must have 1 to {MAX_ID_BYTES}."
    return None


def item_of(document: Document, options: bytes, weight: int) -> Item:
    """Return a document as it is sent; `options` are what else decides about what is stored."""
    content: dict[str, Any] = {"id": document.id, "text": document.text}
    if document.title:
        content["title"] = document.title
    if document.metadata:
        content["metadata"] = document.metadata
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hashlib.sha256(options + b"\0" + body).digest()[:16]
    return Item(document.id, document.place, body, digest, weight)
