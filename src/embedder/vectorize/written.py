"""What was written to the index, and what was not."""

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType

from embedder.errors import EmbedderError


class Written(Struct):
    """Accepted writes: the number of ids, and the mutation ids in order.

    `visible` says whether searches see them; null if the request did not wait, or if the index did not answer.
    """

    count: int
    mutation_ids: list[str]
    visible: bool | None = None


class Deleted(Written, kw_only=True):
    """Accepted deletions. By namespace or filter, also their number, and whether more vectors may match."""

    deleted: int | UnsetType = UNSET
    more: bool | UnsetType = UNSET


def partial(error: EmbedderError, ids: Sequence[str], accepted: int) -> EmbedderError:
    """Add the accepted ids to `error`. It is safe to send the whole request again, because the caller chose the ids."""
    if accepted:
        error.message += f" {accepted} of {len(ids)} were accepted before that; sending all again is safe."
        error.details = {"accepted": list(ids[:accepted]), "not_accepted": list(ids[accepted:])}
    return error
