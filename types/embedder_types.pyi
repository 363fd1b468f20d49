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
    mode: NotRequired[Literal['upsert', 'insert']]
    wait: NotRequired[bool]

class EmbedOptions(TypedDict, total=False):
    task: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    input_type: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    prompt_name: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    title: str | Sequence[str] | None
    truncate: Literal['end', 'error', None]
    dimensions: Literal[768, 512, 256, 128, None]
    encoding_format: Literal['float', 'base64', None]
    store: StoreIn | None
    format: str

class SimilarityOptions(TypedDict, total=False):
    task: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    input_type: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    prompt_name: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    title: str | Sequence[str] | None
    truncate: Literal['end', 'error', None]
    source: str | None
    dimensions: Literal[768, 512, 256, 128, None]

class UpsertOptions(TypedDict, total=False):
    namespace: str | None
    mode: Literal['upsert', 'insert']
    keep_text: bool
    task: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    truncate: Literal['end', 'error', None]
    wait: bool

class SearchOptions(TypedDict, total=False):
    task: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    input_type: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    prompt_name: Literal['search_query', 'search_document', 'question_answering', 'fact_verification', 'classification', 'clustering', 'semantic_similarity', 'code_retrieval', 'query', 'document', None]
    title: str | Sequence[str] | None
    truncate: Literal['end', 'error', None]
    id: str | None
    top_k: int
    namespace: str | None
    filter: dict[str, Any] | None
    values: bool
    metadata: Literal['none', 'indexed', 'all']
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
