"""The checkout of the Worker that `dev` and `deploy` work on."""

from pathlib import Path

# Together these are in this project only: its examples and its emulator have the first two.
_MARKS = ("wrangler.toml", "src/entry.py", "src/embedder/operations/table.py")


class CheckoutError(Exception):
    """There is no checkout; the message is one sentence to act on."""


def find(start: Path) -> Path:
    """Return the nearest folder from `start` upwards that is a checkout; CheckoutError if there is none."""
    for folder in (start, *start.parents):
        if all((folder / mark).is_file() for mark in _MARKS):
            return folder
    raise CheckoutError(f"{start} is not in a checkout of the embedder Worker; clone it and change to that folder.")
