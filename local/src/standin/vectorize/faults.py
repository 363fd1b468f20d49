"""What a caller can ask to go wrong, so that it can be tested: `fault:CODE` and `fault:slow:MS`. Pure.

An id that says so makes the write, the read or the deletion that contains it fail with that code, or answer late; a
query does so for its namespace.
"""

from collections.abc import Iterable

from standin.vectorize import errors

_PREFIX = "fault:"


def raise_asked(names: Iterable[str]) -> None:
    """Raise VectorizeError for the first name that asks for a code."""
    for name in names:
        wish = name.removeprefix(_PREFIX)
        if name.startswith(_PREFIX) and wish.isdecimal():
            raise errors.asked_for(int(wish))


def delay_ms(names: Iterable[str]) -> int:
    """Return how late the answer shall come."""
    wishes = (name.removeprefix(_PREFIX + "slow:") for name in names if name.startswith(_PREFIX + "slow:"))
    return sum(int(wish) for wish in wishes if wish.isdecimal())
