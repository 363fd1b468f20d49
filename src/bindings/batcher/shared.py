"""The binding `AI` for requests that may share calls of the model with others."""

from typing import Any

from workers import import_from_javascript

from bindings.ai import WorkersAI
from embedder.embedding.workers_ai_errors import remedy
from embedder.settings import Settings

_js = import_from_javascript("bindings/batcher/shared.js")


class SharedAI(WorkersAI):
    """Workers AI. Requests of few texts go through the objects of the binding `BATCHER`.

    After a failure for which a text of another request may be the reason, a request calls the model itself. A busy
    model is not one: if it were called by every request, it would only become busier.
    """

    def __init__(self, ai: Any, namespace: Any, settings: Settings) -> None:
        super().__init__(ai, settings)
        own = settings.batcher
        self._shards = _js.open(namespace, own.texts, own.shards, own.location)
        self._cache_for_all = own.cache_for_all

    async def ask(self, lifetime: Any, *arguments: Any, **options: Any) -> Any:
        answer = await super().ask(lifetime, *arguments, **options)
        if answer.fault:
            lifetime.alone = _may_be_due_to_another(answer)
        else:
            lifetime.cached += answer.cached
        return answer

    def binding(self, lifetime: Any, *, alone: bool) -> Any:
        if lifetime.alone:
            return self._ai
        return _js.shared(self._ai, self._shards, lifetime.scope, alone and not self._cache_for_all)


def _may_be_due_to_another(answer: Any) -> bool:
    if answer.fault == "http":
        return remedy(answer.status, answer.detail) != "again"
    return answer.fault in ("broken", "type")
