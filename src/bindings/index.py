"""The binding `VECTORIZE`. JSON text in, JSON text out: numbers never become proxies."""

import js
from pyodide.ffi import JsException, JsProxy

from embedder import vectorize


class Vectorize:
    """The binding `VECTORIZE`. JSON text in, JSON text out: numbers never become proxies."""

    def __init__(self, index: JsProxy) -> None:
        self._index = index

    async def insert(self, vectors: str) -> str:
        return await _settled(self._index.insert(js.JSON.parse(vectors)))

    async def upsert(self, vectors: str) -> str:
        return await _settled(self._index.upsert(js.JSON.parse(vectors)))

    async def query(self, vector: str, options: str) -> str:
        return await _settled(self._index.query(js.JSON.parse(vector), js.JSON.parse(options)))

    async def query_by_id(self, name: str, options: str) -> str:
        return await _settled(self._index.queryById(name, js.JSON.parse(options)))

    async def get_by_ids(self, ids: str) -> str:
        return await _settled(self._index.getByIds(js.JSON.parse(ids)))

    async def delete_by_ids(self, ids: str) -> str:
        return await _settled(self._index.deleteByIds(js.JSON.parse(ids)))

    async def describe(self) -> str:
        return await _settled(self._index.describe())


async def _settled(promise: JsProxy) -> str:
    try:
        return str(js.JSON.stringify(await promise))
    except JsException as error:
        raise vectorize.error(str(error)) from error
