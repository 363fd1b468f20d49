"""What is stored beside a vector: id, namespace, metadata; checked before anything is paid. No I/O."""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from embedder import vectorize
from embedder.dialects import options
from embedder.errors import InvalidRequestError
from embedder.index import Document

UPSERT, INSERT = "upsert", "insert"
TEXT_KEY = "text"

Id = Annotated[str, msgspec.Meta(min_length=1, extra_json_schema={"maxLength": vectorize.MAX_ID_BYTES})]
Namespace = Annotated[str | None, msgspec.Meta(description="Searched on its own; at most 64 bytes.")]
KeepText = Annotated[bool, msgspec.Meta(description='Keep the text in metadata under "text".')]
Mode = Annotated[
    str, msgspec.Meta(description="insert leaves stored ids as they are.", extra_json_schema={"enum": [UPSERT, INSERT]})
]
Wait = Annotated[bool, msgspec.Meta(description="Answer when the write can be read, or when WAIT_S seconds are over.")]


def check(
    ids: Sequence[str],
    texts: Sequence[str | None],
    metadata: Sequence[dict[str, Any] | None],
    *,
    namespace: str | None,
    mode: str,
    param: str,
) -> list[Document]:
    """Return documents that Vectorize will take; texts are those to keep in metadata."""
    options.check(mode, (UPSERT, INSERT), "mode")
    vectorize.check_namespace(namespace)
    vectorize.check_ids(ids, param=param)
    return [
        Document(name, _metadata(item, text, f"{param}[{place}].metadata"))
        for place, (name, text, item) in enumerate(zip(ids, texts, metadata, strict=True))
    ]


def _metadata(metadata: dict[str, Any] | None, text: str | None, param: str) -> bytes | None:
    """Return the metadata to store as JSON, with the text if it is to be kept; None if there is nothing."""
    full = dict(metadata or {})
    if text is not None:
        if TEXT_KEY in full:
            where = f"{param}.{TEXT_KEY}"
            raise InvalidRequestError(
                f"{where}: the text itself is kept under this key; send keep_text false to use your own.", param=where
            )
        full[TEXT_KEY] = text
    return vectorize.metadata_json(full, param=param) if full else None
