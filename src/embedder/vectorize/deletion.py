"""Deletes what a query finds, because Vectorize has no deletion by filter: query, delete, repeat.

Deleted vectors are found again until the index has processed the deletion. Each query therefore has another vector, so
that it finds others, and a query that finds no new ones is the last.
"""

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from embedder.errors import EmbedderError
from embedder.stored import MAX_DELETED, MAX_TOP_K
from embedder.vectorize.limits import DELETE_IDS

BATCH = min(DELETE_IDS, MAX_TOP_K)
MAX_ROUNDS = MAX_DELETED // BATCH


class Removed(Struct):
    """The ids of the deleted vectors, the mutations in order, and whether there may be more vectors to delete."""

    ids: dict[str, None]
    mutation_ids: list[str]
    more: bool = True


async def run(
    find: Callable[[int], Awaitable[tuple[Sequence[str], bool]]],
    delete: Callable[[Sequence[str]], Awaitable[str]],
    has_time: Callable[[], bool],
) -> Removed:
    """Delete at most 1,000 vectors. `find` takes the number of the round, and returns at most 100 ids.

    It also returns whether it may have left out others.
    """
    removed = Removed({}, [])
    try:
        for number in range(MAX_ROUNDS):
            if number and not has_time():
                break
            ids, is_full = await find(number)
            new = [name for name in ids if name not in removed.ids]
            if not new:
                removed.more = is_full
                break
            removed.mutation_ids.append(await delete(new))
            removed.ids.update(dict.fromkeys(new))
    except EmbedderError as error:
        raise _partial(error, list(removed.ids)) from error
    return removed


def _partial(error: EmbedderError, deleted: list[str]) -> EmbedderError:
    if deleted:
        error.message += f" {len(deleted)} vectors were deleted before that; send the request again for the others."
        error.details = {"accepted": deleted}
    return error
