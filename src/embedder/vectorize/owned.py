"""Which vectors of an index the key of the caller reaches."""

from collections.abc import Sequence

from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.vectorize.answers import Match, Owner
from embedder.vectorize.calls import Calls

_MAX_NAMED = 20  # ids named in an error


class Owned:
    """The namespaces of stored vectors. A vector that was just written may not be found yet."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def among(self, ids: Sequence[str], context: RequestContext) -> Sequence[str]:
        """Return the ids without those that are stored in a namespace that the caller does not reach, or not at all.

        A caller that reaches every namespace gets all ids back, and nothing is read.
        """
        if context.access.namespaces is None:
            return ids
        owners = await self._owners(ids, context)
        return [name for name in ids if name in owners and context.access.reaches(owners[name])]

    async def check_free(self, ids: Sequence[str], context: RequestContext, path: str) -> None:
        """Raise `forbidden` if one of the ids is stored where the caller does not reach. `#` in `path` is its index."""
        owners = await self._owners(ids, context)
        reaches = context.access.reaches
        taken = [index for index, name in enumerate(ids) if name in owners and not reaches(owners[name])]
        if taken:
            paths = [path.replace("#", str(index)) for index in taken[:_MAX_NAMED]]
            message = f"{', '.join(paths)}: this id is taken; choose another one."
            raise EmbedderError("forbidden", message, param=paths[0])

    async def _owners(self, ids: Sequence[str], context: RequestContext) -> dict[str, str | None]:
        answers = await self._calls.get(context, ids, Owner, lambda owners, _: owners)
        return {owner.id: owner.namespace for owners in answers for owner in owners}


def belongs(match: Match, asked: str | None, context: RequestContext) -> bool:
    """Return whether a match is of the namespace that was asked for (None: any), and reached by the caller."""
    namespace = match.namespace or None
    return (asked is None or namespace in (None, asked)) and context.access.reaches(namespace)
