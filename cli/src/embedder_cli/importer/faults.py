"""What a service rejects without asking the model, checked before anything is sent.

A dry run and an import use the same checks, so that they agree on every document.
"""

import json
from dataclasses import dataclass
from typing import Any

from embedder_cli.importer.documents import MAX_ID_BYTES, Document, body_of

MAX_NAMESPACE_BYTES = 64  # Vectorize, Limits
MAX_METADATA_BYTES = 10 * 1024  # Vectorize, Limits: the JSON of a vector's metadata, with the text
MAX_BODY_BYTES = 4 * 1024 * 1024 - 1024  # MAX_BODY_BYTES of a service by default, without the options of a request
MAX_MESSAGE_BYTES = 124_000  # of a message of the ingestion queue, without its options
_TEXT_KEY = "text"
_UNDECODABLE = "It has bytes that are not text in its encoding, or half of a surrogate pair; see --encoding."


@dataclass(frozen=True, slots=True)
class Rules:
    """The options of an import on which the limits depend."""

    keep_text: bool = True
    queue: bool = False


DEFAULT = Rules()


def fault(document: Document, rules: Rules = DEFAULT) -> str | None:
    """Return why this document can't be stored, or None."""
    found = checked(document, rules)
    return found if isinstance(found, str) else None


def checked(document: Document, rules: Rules = DEFAULT) -> bytes | str:
    """Return a document as it is sent, or why it can't be stored."""
    if not document.text.strip():
        return "The text is empty."
    if "\0" in document.text or "\0" in (document.title or ""):
        return "It has a NUL character, so it is not text, or in another encoding; see --encoding."
    try:
        size = len(document.id.encode())
        body = body_of(document)
    except UnicodeEncodeError:
        return _UNDECODABLE
    except ValueError:
        return "Its metadata contains a number that JSON can't express."
    except RecursionError:
        return "Its metadata is nested too deeply."
    if not 1 <= size <= MAX_ID_BYTES:
        return f"The id has {size} bytes; it must have 1 to {MAX_ID_BYTES}."
    return _of_metadata(document, rules, len(body)) or _of_size(len(body), rules) or body


def _of_metadata(document: Document, rules: Rules, weight: int) -> str | None:
    """`weight` is an upper limit of the bytes."""
    if document.metadata:
        if rules.keep_text and _TEXT_KEY in document.metadata:
            return "Its metadata has the key 'text', which stores the text; use --no-keep-text, or rename the field."
        if key := _bad_key(document.metadata):
            return (
                f'Its metadata has the key {key[0][:64]!r}; a key must not be empty, contain . or ", or start with $.'
            )
    if weight <= MAX_METADATA_BYTES:
        return None
    alone = _bytes(document.metadata)
    size = _bytes({**document.metadata, _TEXT_KEY: document.text}) if rules.keep_text else alone
    if size <= MAX_METADATA_BYTES:
        return None
    if alone <= MAX_METADATA_BYTES:
        advice = "Use --chunk to divide the texts of records, a smaller --chunk-chars, or --no-keep-text"
        return f"Its metadata has {size} bytes with the text; the limit is {MAX_METADATA_BYTES}. {advice}."
    return (
        f"Its metadata has {alone} bytes; the limit is {MAX_METADATA_BYTES}. Name fewer fields with --metadata-field."
    )


def _bytes(metadata: dict[str, Any]) -> int:
    return len(json.dumps(metadata, ensure_ascii=False, separators=(",", ":")).encode()) if metadata else 0


def _bad_key(metadata: dict[str, Any]) -> list[str]:
    """Return the first key that Vectorize does not accept, in a list, because it may be empty."""
    waiting = [metadata]
    for part in waiting:
        for key, value in part.items():
            if not key or "." in key or '"' in key or key.startswith("$"):
                return [key]
            if isinstance(value, dict):
                waiting.append(value)
    return []


def _of_size(weight: int, rules: Rules) -> str | None:
    limit = MAX_MESSAGE_BYTES if rules.queue else MAX_BODY_BYTES
    if weight <= limit:
        return None
    where = "a message of the queue" if rules.queue else "a request"
    return f"It has {weight} bytes; {where} has room for {limit}. Use --chunk to divide the texts of records."
