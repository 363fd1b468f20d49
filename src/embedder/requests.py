"""The requests of the operations, for HTTP and RPC. Limits are part of the types where possible."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from embedder.prompts import Task
from embedder.settings import DIMENSIONS, MAX_TEXTS_PER_CALL
from embedder.vectorize import MAX_GET_IDS, MAX_TOP_K, MAX_VECTORS, Id, Metadata, Namespace

Text = Annotated[str, Meta(min_length=1)]
Texts = Annotated[list[Text], Meta(min_length=1, max_length=MAX_TEXTS_PER_CALL)]
Size = Literal[768, 512, 256, 128]  # Matryoshka sizes (model card)
Encoding = Literal["float", "base64", "int8", "uint8", "binary", "ubinary"]
Wait = Annotated[bool, Meta(description="Answer when the write can be read, or after WAIT_S seconds.")]
KeepText = Annotated[bool, Meta(description='Keep the text in metadata under "text".')]
Mode = Annotated[Literal["upsert", "insert"], Meta(description="`insert` leaves stored ids as they are.")]
_ENCODING = (
    "`base64` encodes little-endian float32. `int8` scales the largest component to 127; `uint8` adds 128 to that. "
    "`binary` and `ubinary` pack sign bits, 8 per number."
)
_END_OR_ERROR = "`end`, the default: truncate texts that are too long, and list them in a header. `error`: reject them."
Truncate = Annotated[Literal["end", "error"] | None, Meta(description=_END_OR_ERROR)]
_TITLE = Meta(description="Part of the document prompt: one, or one per text.")


class OutputFormat(Struct, frozen=True):
    """The format of the vectors: dimensions and encoding."""

    dimensions: int = DIMENSIONS
    encoding: str = "float"

    @property
    def keeps_digits(self) -> bool:
        """Whether the output is the model's own digits, unchanged."""
        return self.dimensions == DIMENSIONS and self.encoding == "float"


class PromptOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """The prompt of the texts, and what happens to texts that are too long."""

    task: Annotated[Task | None, Meta(description="The prompt of every text.")] = None
    input_type: Annotated[Task | None, Meta(description="Another name for `task`.")] = None
    prompt_name: Annotated[Task | None, Meta(description="Another name for `task`.")] = None
    title: Annotated[str | list[str] | None, _TITLE] = None
    truncate: Truncate = None

    def asks_to_truncate(self) -> str:
        """Return the field and the value with which this API asks for truncation, for an error message."""
        return '"truncate": "end"'


class EmbedOptions(PromptOptions, kw_only=True):
    """The prompt, and the format of the vectors."""

    dimensions: Annotated[Size | None, Meta(description="Size of the vectors: truncated and renormalised.")] = None
    encoding_format: Annotated[Encoding | None, Meta(description=_ENCODING)] = None

    def output(self) -> OutputFormat:
        return OutputFormat(self.dimensions or DIMENSIONS, self.encoding_format or "float")


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
