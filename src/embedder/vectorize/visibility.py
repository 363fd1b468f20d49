"""Waits until a write is visible to searches."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import chain, repeat

from embedder.context import RequestContext
from embedder.errors import EmbedderError
from embedder.ports import Clock
from embedder.vectorize.answers import Description

_POLL_S = (0.25, 0.5, 1.0, 2.0)  # seconds between polls of the index; the last one repeats
_CLOCK_SKEW_S = 2.0
_MOST_AHEAD_S = 60.0  # of the index's clock
_DESCRIBE_GRACE_S = 5.0  # for the last poll, after the wait itself


async def wait(
    mutation: str,
    context: RequestContext,
    describe: Callable[[RequestContext], Awaitable[Description]],
    *,
    clock: Clock,
    wait_s: float,
) -> bool | None:
    """Poll the index for at most `wait_s` seconds. None if it does not answer: the writes stay accepted."""
    context.lifetime.extend((wait_s + _DESCRIBE_GRACE_S) * 1000)
    accepted_s = clock() / 1000
    waited = 0.0
    steps = chain(_POLL_S, repeat(_POLL_S[-1]))
    while True:
        try:
            visible = _reached(await describe(context), mutation, accepted_s, clock() / 1000)
        except EmbedderError:
            return None
        step = next(steps)
        if visible or waited + step > wait_s:
            return visible
        await context.lifetime.sleep(step * 1000)
        waited += step


def _reached(description: Description, mutation: str, accepted_s: float, now_s: float) -> bool:
    """Return whether the index has processed `mutation`. A later mutation may hide it; then compare the times.

    A time in the future is none.
    """
    if description.processed_up_to_mutation == mutation:
        return True
    when = description.processed_up_to_datetime
    if not isinstance(when, str):
        return False
    try:
        return accepted_s + _CLOCK_SKEW_S < datetime.fromisoformat(when).timestamp() < now_s + _MOST_AHEAD_S
    except (ValueError, OverflowError, OSError):  # an empty text or another format: the write is accepted all the same
        return False
