"""What was written to the index, and what was not."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from embedder.errors import EmbedderError


class Written(Struct):
    """Accepted writes: the number of ids, and the mutation ids in order.

    `visible` says whether searches see them; null if the request did not wait, or if the index did not answer.
    """

    count: Annotated[int, Meta(description="The number of ids.")]
    mutation_ids: Annotated[list[str], Meta(description="Vectorize's ids of the accepted writes, in order.")]
    visible: Annotated[
        bool | None,
        Meta(description="Whether searches see the write. Null without `wait`, or if the index did not answer."),
    ] = None


class Deleted(Written, kw_only=True):
    """Accepted deletions. By namespace or filter, also their number, and whether more vectors may match."""

    deleted: Annotated[int | UnsetType, Meta(description="By namespace or filter: the number of deleted vectors.")] = (
        UNSET
    )
    more: Annotated[
        bool | UnsetType,
        Meta(description="By namespace or filter: whether others may be left. Then send the request again."),
    ] = UNSET


def partial(error: EmbedderError, ids: Sequence[str], accepted: int) -> EmbedderError:
    """Add the accepted ids to `error`. It is safe to send the whole request again, because the caller chose the ids."""
    if accepted:
        error.message += f" {accepted} of {len(ids)} were accepted before that; sending all again is safe."
        error.details = {"accepted": list(ids[:accepted]), "not_accepted": list(ids[accepted:])}
    return error
