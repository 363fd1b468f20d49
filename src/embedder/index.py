"""What the operations need of a Vectorize index, and what goes in and out of it. Protocol and plain values; no I/O."""

from typing import Any, Protocol

import msgspec


class Index(Protocol):
    """A Vectorize index. Arguments and results are JSON text; a failure is raised as one of our errors."""

    async def insert(self, vectors: str) -> str: ...
    async def upsert(self, vectors: str) -> str: ...
    async def query(self, vector: str, options: str) -> str: ...
    async def query_by_id(self, name: str, options: str) -> str: ...
    async def get_by_ids(self, ids: str) -> str: ...
    async def delete_by_ids(self, ids: str) -> str: ...
    async def describe(self) -> str: ...


class Document(msgspec.Struct, frozen=True):
    """What is stored beside a vector. `metadata` is JSON."""

    id: str
    metadata: bytes | None


class Description(msgspec.Struct, rename="camel"):
    """What Vectorize says of an index."""

    vector_count: int = 0
    dimensions: int = 0
    processed_up_to_datetime: str | int | None = None
    processed_up_to_mutation: str | int | None = None


class Mutation(msgspec.Struct, rename="camel"):
    mutation_id: str


class Written(msgspec.Struct):
    """Accepted writes: how many ids, and the mutations in the order in which they will be applied."""

    count: int
    mutation_ids: list[str]
    visible: bool | None = None


class Match(msgspec.Struct, omit_defaults=True):
    id: str
    score: float
    values: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    metadata: dict[str, Any] | None | msgspec.UnsetType = msgspec.UNSET
    namespace: str | None | msgspec.UnsetType = msgspec.UNSET


class Matches(msgspec.Struct):
    count: int
    matches: list[Match]


class Stored(msgspec.Struct, omit_defaults=True):
    """A vector as it is stored. `values` stays JSON text."""

    id: str
    values: msgspec.Raw
    metadata: dict[str, Any] | None | msgspec.UnsetType = msgspec.UNSET
    namespace: str | None | msgspec.UnsetType = msgspec.UNSET
