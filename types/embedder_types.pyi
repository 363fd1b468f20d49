# Made by `python -m tools.declarations` from the Structs of the Worker; do not edit.

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, Protocol, TypedDict

class DocumentIn(TypedDict):
    id: str
    text: str
    title: NotRequired[str | None]
    metadata: NotRequired[dict[str, Any] | None]

class StoreIn(TypedDict):
    ids: Sequence[str]
    namespace: NotRequired[str | None]
    metadata: NotRequired[dict[str, Any] | Sequence[dict[str, Any]] | None]
    keep_text: NotRequired[bool]
    mode: NotRequired[Literal['insert', 'upsert']]
    wait: NotRequired[bool]

class EmbedOptions(TypedDict, total=False):
    task: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    input_type: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    prompt_name: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    title: str | Sequence[str] | None
    truncate: Literal['end', 'error'] | None
    dimensions: Literal[128, 256, 512, 768] | None
    encoding_format: Literal['base64', 'float'] | None
    store: StoreIn | None
    format: Literal['array', 'float32', 'response']

class SimilarityOptions(TypedDict, total=False):
    task: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    input_type: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    prompt_name: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    title: str | Sequence[str] | None
    truncate: Literal['end', 'error'] | None
    source: str | None
    dimensions: Literal[128, 256, 512, 768] | None

class UpsertOptions(TypedDict, total=False):
    namespace: str | None
    mode: Literal['insert', 'upsert']
    keep_text: bool
    task: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    truncate: Literal['end', 'error'] | None
    wait: bool

class SearchOptions(TypedDict, total=False):
    task: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    input_type: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    prompt_name: Literal['classification', 'clustering', 'code_retrieval', 'document', 'fact_verification', 'query', 'question_answering', 'search_document', 'search_query', 'semantic_similarity'] | None
    title: str | Sequence[str] | None
    truncate: Literal['end', 'error'] | None
    id: str | None
    top_k: int
    namespace: str | None
    filter: dict[str, Any] | None
    values: bool
    metadata: Literal['all', 'indexed', 'none']
    min_score: float | None

class DeleteOptions(TypedDict, total=False):
    wait: bool


class Embeddings(Protocol):
    """The Worker as a service binding: `self.env.EMBEDDINGS`. Every answer has `ok`; a failure has `error`."""

    async def embed(self, text: str | Sequence[str], options: EmbedOptions = ...) -> dict[str, Any]: ...
    async def similarity(self, texts: Sequence[str], options: SimilarityOptions = ...) -> dict[str, Any]: ...
    async def upsert(self, documents: Sequence[DocumentIn], options: UpsertOptions = ...) -> dict[str, Any]: ...
    async def search(self, text: str | None, options: SearchOptions = ...) -> dict[str, Any]: ...
    async def get(self, ids: Sequence[str]) -> dict[str, Any]: ...
    async def delete(self, ids: Sequence[str], options: DeleteOptions = ...) -> dict[str, Any]: ...
    async def describe(self) -> dict[str, Any]: ...
