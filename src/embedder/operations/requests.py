"""The requests of the operations, for HTTP and RPC. Limits are part of the types where possible."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from embedder.embedding.options import TASK, Dimensions, EmbedOptions, PromptOptions, Truncate
from embedder.names.tasks import Task
from embedder.settings import MAX_TEXTS, MAX_TEXTS_PER_CALL
from embedder.stored import (
    MAX_DELETED,
    MAX_GET_IDS,
    MAX_ID_BYTES,
    MAX_METADATA_BYTES,
    MAX_TOP_K,
    MAX_TOP_K_FULL,
    MAX_VECTORS,
    Filter,
    Id,
    Metadata,
    MetadataIn,
    Namespace,
)

Text = Annotated[str, Meta(min_length=1)]
Texts = Annotated[list[Text], Meta(min_length=1, max_length=MAX_TEXTS_PER_CALL)]
ManyTexts = Annotated[list[Text], Meta(min_length=1, max_length=MAX_TEXTS)]  # of several calls of the model
Wait = Annotated[bool, Meta(description="Answer when the write can be read, or after WAIT_S seconds.")]
KeepText = Annotated[bool, Meta(description='Keep the text in metadata under "text".')]
Mode = Annotated[Literal["upsert", "insert"], Meta(description="`insert` leaves stored ids as they are.")]


class StoreIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """Also store the vectors, with one id per text. `metadata` is one object for all texts, or one per text."""

    ids: Annotated[list[Id], Meta(description=f"One id per text, each of 1 to {MAX_ID_BYTES} bytes.")]
    namespace: Namespace = None
    metadata: Annotated[
        Metadata | list[Metadata] | None,
        Meta(
            description="An object for all texts, or one per text. "
            f"With the kept text at most {MAX_METADATA_BYTES:,} bytes of JSON."
        ),
    ] = None
    keep_text: KeepText = True
    mode: Mode = "upsert"
    wait: Wait = False


class EmbedRequest(EmbedOptions, kw_only=True):
    """1 to 100 texts to embed."""

    text: Annotated[Text | Texts, Meta(description=f"The text, or up to {MAX_TEXTS_PER_CALL} texts.")]
    store: Annotated[StoreIn | None, Meta(description="Also store the vectors.")] = None


class SimilarityRequest(PromptOptions, kw_only=True):
    """Compares a source with every text, or, without a source, all texts with each other."""

    source: Annotated[Text | None, Meta(description="The text that is compared with all others.")] = None
    texts: Annotated[Texts, Meta(description=f"1 to {MAX_TEXTS_PER_CALL} texts.")]
    dimensions: Dimensions = None


class DocumentIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """A document to embed and store. `metadata` and the kept text together may have 10 KiB of JSON."""

    id: Annotated[
        Id, Meta(description="A document whose id is stored replaces the old one. The limit is in bytes of UTF-8.")
    ]
    text: Annotated[Text, Meta(description="The text.")]
    title: Annotated[str | None, Meta(description="Part of the document prompt.")] = None
    metadata: MetadataIn = None


class UpsertOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """How documents are embedded and stored. The default is the document prompt."""

    namespace: Namespace = None
    mode: Mode = "upsert"
    keep_text: KeepText = True
    task: Annotated[Task | None, Meta(description="The prompt of every text.", extra=TASK)] = None
    truncate: Truncate = None


class UpsertRequest(UpsertOptions, kw_only=True):
    """1 to 1,000 documents. The default is the document prompt."""

    documents: Annotated[
        list[DocumentIn], Meta(min_length=1, max_length=MAX_VECTORS, description=f"1 to {MAX_VECTORS:,} documents.")
    ]
    wait: Wait = False
    queue: Annotated[bool, Meta(description="Answer 202 as soon as the queue has the documents.")] = False


class SearchRequest(PromptOptions, kw_only=True):
    """A text, or the id of a stored vector. The default is the query prompt."""

    text: Annotated[Text | None, Meta(description="The text to search for. Send either this or `id`.")] = None
    id: Annotated[
        Id | None,
        Meta(description="The id of a stored vector, whose neighbours are searched. Send either this or `text`."),
    ] = None
    top_k: Annotated[
        int,
        Meta(
            ge=1,
            le=MAX_TOP_K,
            description=f"The number of matches: at most {MAX_TOP_K_FULL} with `metadata` `all`, which is the "
            "default, and with `values`, `exact`, `min_score` or `diversity`.",
        ),
    ] = 5
    namespace: Namespace = None
    filter: Filter = None
    values: Annotated[bool, Meta(description="Whether the matches have their vectors.")] = False
    metadata: Annotated[
        Literal["none", "indexed", "all"],
        Meta(description="Which metadata the matches have: all, what has a metadata index, or none."),
    ] = "all"
    min_score: Annotated[float | None, Meta(description="Leaves out matches with a lower score. Implies `exact`.")] = (
        None
    )
    exact: Annotated[
        bool,
        Meta(
            description="Compute the scores from the stored vectors, which takes longer. Otherwise they are "
            f"approximate. At most {MAX_TOP_K_FULL} matches."
        ),
    ] = False
    diversity: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="More than 0: choose the matches among the nearest "
            f"{MAX_TOP_K_FULL}, so that they differ from each other (maximal marginal relevance). At 1, only the first "
            "is chosen by its score. Implies `exact`.",
        ),
    ] = 0


class GetRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ids of stored vectors to get."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=MAX_GET_IDS, description=f"1 to {MAX_GET_IDS} ids.")]


class DeleteRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Stored vectors to delete: by id, or those of a namespace, those that a filter finds, or both."""

    ids: Annotated[
        Annotated[list[Id], Meta(min_length=1, max_length=MAX_VECTORS)] | None,
        Meta(description=f"1 to {MAX_VECTORS:,} ids. Send either these, or `namespace`, `filter` or both."),
    ] = None
    namespace: Annotated[
        Namespace, Meta(description=f"Deletes the vectors of this namespace, at most {MAX_DELETED:,} in a request.")
    ] = None
    filter: Annotated[
        dict[str, Any] | None,
        Meta(description=f"Deletes the vectors that this filter finds, at most {MAX_DELETED:,} in a request."),
    ] = None
    wait: Wait = False


class DescribeRequest(Struct, forbid_unknown_fields=True):
    """An empty request."""
