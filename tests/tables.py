"""Tables that an addition extends. A test that misses an entry says in one sentence where it belongs."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def entry(table: Mapping[str, T], name: str, place: str) -> T:
    """Return the entry of a name in the table at `place`."""
    assert name in table, f"{name} is missing in {place}; add it there."
    return table[name]


def complete(names: Iterable[str], wanted: Iterable[str], place: str) -> None:
    """Check that the table at `place` has the wanted names, and no others."""
    have, needed = set(names), set(wanted)
    assert have >= needed, f"{', '.join(sorted(needed - have))}: missing in {place}; add it there."
    assert have <= needed, f"{', '.join(sorted(have - needed))}: in {place}, but nowhere else; remove it there."
