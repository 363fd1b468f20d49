"""The requests of the operations, for HTTP and RPC. Limits are part of the types where possible."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from embedder.embedding.options import EmbedOptions, PromptOptions, Size, Truncate
from embedder.embedding.prompts import Task
from embedder.settings import MAX_TEXTS_PER_CALL
from embedder.vectorize.limits import MAX_GET_IDS, MAX_TOP_K, MAX_VECTORS, Id, Metadata, Namespace

Text = Annotated[str, Meta(min_length=1)]
Texts = Annotated[list[Text], Meta(min_length=1, max_length=MAX_TEXTS_PER_CALL)]
Wait = Annotated[bool, Meta(description="Answer when the write can be read, or after WAIT_S seconds.")]
KeepText = Annotated[bool, Meta(description='Keep the text in metadata under "text".')]
Mode = Annotated[Literal["upsert", "insert"], Meta(description="`insert` leaves stored ids as they are.")]


class StoreIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """Also store the vectors, with one id per text. `metadata` is one object for all texts, or one per text."""

    ids: list[Id]
    namespace: Namespace = None
    metadata: Metadata | list[Metadata] | None = None
    keep_text: KeepText = True
    mode: Mode = "upsert"
    wait: Wait = False


class EmbedRequest(EmbedOptions, kw_only=True):
    """1 to 100 texts to embed."""

    text: Text | Texts
    store: StoreIn | None = None


class SimilarityRequest(PromptOptions, kw_only=True):
    """Compares a source with every text, or, without a source, all texts with each other."""

    source: Text | None = None
    texts: Texts
    dimensions: Annotated[Size | None, Meta(description="Size of the vectors: truncated and renormalised.")] = None


class DocumentIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """A document to embed and store. `metadata` and the kept text together may have 10 KiB of JSON."""

    id: Id
    text: Text
    title: str | None = None
    metadata: Metadata | None = None


class UpsertOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """How documents are embedded and stored. The default is the document prompt."""

    namespace: Namespace = None
    mode: Mode = "upsert"
    keep_text: KeepText = True
    task: Annotated[Task | None, Meta(description="The prompt of every text.")] = None
    truncate: Truncate = None


class UpsertRequest(UpsertOptions, kw_only=True):
    """1 to 1,000 documents. The default is the document prompt."""

    documents: Annotated[list[DocumentIn], Meta(min_length=1, max_length=MAX_VECTORS)]
    wait: Wait = False
    queue: Annotated[bool, Meta(description="Answer 202 as soon as the queue has the documents.")] = False


class SearchRequest(PromptOptions, kw_only=True):
    """A text, or the id of a stored vector. The default is the query prompt."""

    text: Text | None = None
    id: Id | None = None
    top_k: Annotated[int, Meta(ge=1, le=MAX_TOP_K)] = 5
    namespace: Namespace = None
    filter: dict[str, Any] | None = None
    values: bool = False
    metadata: Literal["none", "indexed", "all"] = "all"
    min_score: float | None = None


class GetRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Ids of stored vectors to get."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=MAX_GET_IDS)]


class DeleteRequest(Struct, forbid_unknown_fields=True, kw_only=True):
    """Stored vectors to delete: by id, or those of a namespace, those that a filter finds, or both."""

    ids: Annotated[list[Id], Meta(min_length=1, max_length=MAX_VECTORS)] | None = None
    namespace: Namespace = None
    filter: dict[str, Any] | None = None
    wait: Wait = False


class DescribeRequest(Struct, forbid_unknown_fields=True):
    """An empty request."""
