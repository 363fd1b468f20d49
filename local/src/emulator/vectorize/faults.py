"""Faults that a test can request: `fault:CODE` for an error, `fault:slow:MS` for a delay.

Writes, reads and deletions look for them in the ids, queries in the namespace.
"""

from collections.abc import Iterable

from emulator.vectorize import errors

_PREFIX = "fault:"


def raise_requested(names: Iterable[str]) -> None:
    """Raise VectorizeError for the first name that requests a code."""
    for name in names:
        code = name.removeprefix(_PREFIX)
        if name.startswith(_PREFIX) and code.isdecimal():
            raise errors.requested(int(code))


def delay_ms(names: Iterable[str]) -> int:
    """Return the requested delay of the answer."""
    delays = (name.removeprefix(_PREFIX + "slow:") for name in names if name.startswith(_PREFIX + "slow:"))
    return sum(int(delay) for delay in delays if delay.isdecimal())
