"""The time of an isolate.

The runtime lets `time.time` advance by a millisecond at each call. With some hundred requests a second it is soon far
ahead of `Date.now`, which sets the deadlines of requests. `time.monotonic` follows the same clock as `Date.now`.
"""

import time
from functools import cache

import js


def clock() -> float:
    """Return milliseconds since the epoch."""
    return _offset_ms() + time.monotonic() * 1000


@cache
def _offset_ms() -> float:
    """Return what `Date.now` is ahead of `time.monotonic`. It is asked in a request: a snapshot must not contain it."""
    offset: float = js.Date.now() - time.monotonic() * 1000
    return offset
