"""The binding `AI` for requests that may share calls of the model with others."""

from typing import Any

from workers import import_from_javascript

from bindings.ai import WorkersAI
from embedder.settings import Settings

_js = import_from_javascript("bindings/batcher/shared.js")


class SharedAI(WorkersAI):
    """Workers AI. Requests of few texts go through the objects of the binding `BATCHER`."""

    def __init__(self, ai: Any, namespace: Any, settings: Settings) -> None:
        super().__init__(ai, settings)
        own = settings.batcher
        self._shards = _js.open(namespace, own.texts, own.shards, own.location)
        self._cache_for_all = own.cache_for_all

    async def ask(self, lifetime: Any, *arguments: Any, **options: Any) -> Any:
        answer = await super().ask(lifetime, *arguments, **options)
        lifetime.cached += answer.cached
        return answer

    def binding(self, lifetime: Any, *, alone: bool) -> Any:
        return _js.shared(self._ai, self._shards, lifetime.scope, alone and not self._cache_for_all)
