"""Encodes answers as JSON.

The numbers of vectors are not in Python: a placeholder in the JSON marks where JavaScript writes them.
"""

from typing import Any

import msgspec

from embedder.settings import LARGE_BYTES

_MARK = b"\0"  # no JSON contains this character, also not in a string
PLACEHOLDER: Any = msgspec.Raw(_MARK)  # stands for the rows, or for one row
MEMBERS_PLACEHOLDER: Any = msgspec.Raw(b"{%b}" % _MARK)  # an object whose members are rows in several encodings
TEXT_PLACEHOLDER: Any = msgspec.Raw(b'"[%b]"' % _MARK)  # a string that contains rows as JSON


def split_at_placeholder(body: object) -> tuple[str, str]:
    """Return the JSON of `body` before and after its placeholder. Without one, it is all before."""
    head, _, tail = msgspec.json.encode(body).partition(_MARK)  # as bytes, which are smaller than text
    return head.decode(), tail.decode()


def split_large(body: object) -> tuple[str | bytes, str | bytes]:
    """Like `split_at_placeholder`, with large parts as bytes: JavaScript takes wide characters of Python slowly."""
    head, _, tail = msgspec.json.encode(body).partition(_MARK)
    return (
        head if len(head) > LARGE_BYTES else head.decode(),
        tail if len(tail) > LARGE_BYTES else tail.decode(),
    )


def merged(*bodies: object) -> msgspec.Raw:
    """Return the JSON of one object with the members of all `bodies`, in order."""
    members = [msgspec.json.encode(body)[1:-1] for body in bodies]
    return msgspec.Raw(b"{%b}" % b",".join([part for part in members if part]))
