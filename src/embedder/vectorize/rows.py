"""The rows of texts that are embedded and also stored."""

from collections.abc import Sequence

import msgspec

from embedder.errors import invalid
from embedder.stored import MAX_METADATA_BYTES, Metadata
from embedder.vectorize import limits
from embedder.vectorize.calls import Row


def rows_of_texts(
    texts: Sequence[str],
    ids: Sequence[str],
    namespace: str | None,
    metadata: Metadata | Sequence[Metadata] | None,
    *,
    keep_text: bool,
    param: str,
) -> list[Row]:
    """Check what is to be stored with each text. `metadata` is for all texts, or one object per text."""
    if len(ids) != len(texts):
        raise invalid(f"{param}.ids has {len(ids)} ids for {len(texts)} texts; send one per text.", f"{param}.ids")
    objects = [metadata] * len(texts) if metadata is None or isinstance(metadata, dict) else metadata
    if len(objects) != len(texts):
        message = f"{param}.metadata has {len(objects)} items for {len(texts)} texts; send one object, or one per text."
        raise invalid(message, f"{param}.metadata")
    limits.check_namespace(namespace)
    limits.check_ids(ids, param=f"{param}.ids[#]")
    for index, text in enumerate(texts):
        limits.check_text(text, f"text[{index}]")
    kept = texts if keep_text else [None] * len(texts)
    one = isinstance(metadata, dict)  # its keys and values are checked once
    return [
        Row(
            name,
            limits.metadata_json(item, text, param=f"{param}.metadata[{index}]", checked=one and index > 0),
            namespace,
        )
        for index, (name, text, item) in enumerate(zip(ids, kept, objects, strict=True))
    ]


def repeated_bytes(texts: Sequence[str], metadata: Metadata | Sequence[Metadata] | None) -> int:
    """Return how many bytes of JSON one metadata object adds to the rows of several texts."""
    if not isinstance(metadata, dict):
        return 0
    return min(len(msgspec.json.encode(metadata)), MAX_METADATA_BYTES) * (len(texts) - 1)
