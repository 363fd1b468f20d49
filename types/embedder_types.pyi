"""The Worker as other Workers call it through a service binding. A test compares it with the Worker's Structs."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, Protocol, TypedDict

Task = Literal[
    "search_query",
    "search_document",
    "query",
    "document",
    "question_answering",
    "fact_verification",
    "classification",
    "clustering",
    "semantic_similarity",
    "code_retrieval",
    "summarization",
]
Dimensions = Literal[768, 512, 256, 128]
Metadata = dict[str, Any]

class PromptOptions(TypedDict, total=False):
    task: Task | None
    input_type: Task | None
    prompt_name: Task | None
    title: str | Sequence[str] | None
    truncate: Literal["end", "error"] | None

class StoreIn(TypedDict):
    ids: Sequence[str]
    namespace: NotRequired[str | None]
    metadata: NotRequired[Metadata | Sequence[Metadata] | None]
    keep_text: NotRequired[bool]
    mode: NotRequired[Literal["upsert", "insert"]]
    wait: NotRequired[bool]

class EmbedOptions(PromptOptions, total=False):
    dimensions: Dimensions | None
    encoding_format: Literal["float", "base64", "int8", "uint8", "binary", "ubinary"] | None
    store: StoreIn | None
    format: Literal["array", "float32", "response"]

class SimilarityOptions(PromptOptions, total=False):
    source: str | None
    dimensions: Dimensions | None

class DocumentIn(TypedDict):
    id: str
    text: str
    title: NotRequired[str | None]
    metadata: NotRequired[Metadata | None]

class UpsertOptions(TypedDict, total=False):
    namespace: str | None
    mode: Literal["upsert", "insert"]
    keep_text: bool
    task: Task | None
    truncate: Literal["end", "error"] | None
    wait: bool
    queue: bool

class SearchOptions(PromptOptions, total=False):
    id: str | None
    top_k: int
    namespace: str | None
    filter: Metadata | None
    values: bool
    metadata: Literal["none", "indexed", "all"]
    min_score: float | None
    exact: bool
    diversity: float

class DeleteOptions(TypedDict, total=False):
    namespace: str | None
    filter: Metadata | None
    wait: bool

class Embeddings(Protocol):
    """The Worker as a service binding: `self.env.EMBEDDINGS`. Every answer has `ok`; a failure has `error`."""

    async def embed(self, text: str | Sequence[str], options: EmbedOptions = ...) -> dict[str, Any]: ...
    async def similarity(self, texts: Sequence[str], options: SimilarityOptions = ...) -> dict[str, Any]: ...
    async def upsert(self, documents: Sequence[DocumentIn], options: UpsertOptions = ...) -> dict[str, Any]: ...
    async def search(self, text: str | None, options: SearchOptions = ...) -> dict[str, Any]: ...
    async def get(self, ids: Sequence[str]) -> dict[str, Any]: ...
    async def delete(self, ids: Sequence[str] | None, options: DeleteOptions = ...) -> dict[str, Any]: ...
    async def describe(self) -> dict[str, Any]: ...
