"""The table of wrong documents: right rows in a wrong document, and bodies that end early."""

import json
from collections.abc import Callable

from tests.runtime.faults.answers.building import (
    CHUNKED,
    CLOSED,
    DIMENSIONS,
    NESTED,
    RESET,
    SHORT,
    UNFINISHED,
    Answer,
    Case,
    array,
    document,
    right,
    row,
    rows,
    whole,
)


def _half(count: int) -> bytes:
    return right(count)[: len(right(count)) // 2]


def _member(text: str) -> Callable[[int], bytes]:
    """Return the right answer with an additional first member."""
    return lambda count: b"{" + text.encode() + b"," + right(count)[1:]


def _duplicate(name: str, *, wrong_first: bool) -> Callable[[int], bytes]:
    def make(count: int) -> bytes:
        wrong, good = f'"{name}":{array(rows(count)[:-1])}'.encode(), right(count)[1:-1]
        return b"{" + b",".join([wrong, good] if wrong_first else [good, wrong]) + b"}"

    return make


# The whole document.
DOCUMENTS: dict[str, Callable[[int], bytes]] = {
    "rows-fewer": lambda n: document(rows(n - 1)),
    "rows-fewer.shape-of-texts": lambda n: document(rows(n - 1), [n, DIMENSIONS]),
    "rows-more": lambda n: document(rows(n + 1)),
    "rows-more.shape-of-texts": lambda n: document(rows(n + 1), [n, DIMENSIONS]),
    "rows-none": lambda n: document("[]", [n, DIMENSIONS]),
    "rows-leading-comma": lambda n: document("[," + array(rows(n))[1:], [n, DIMENSIONS]),
    "rows-trailing-comma": lambda n: document(array(rows(n))[:-1] + ",]", [n, DIMENSIONS]),
    "shape-more-rows": lambda n: document(rows(n), [n + 1, DIMENSIONS]),
    "shape-512": lambda n: document(rows(n), [n, 512]),
    "shape-swapped": lambda n: document(rows(n), [DIMENSIONS, n]),
    "data-missing": lambda n: json.dumps({"shape": [n, DIMENSIONS]}).encode(),
    "data-null": lambda n: document("null", [n, DIMENSIONS]),
    "data-number": lambda n: document("1", [n, DIMENSIONS]),
    "data-string": lambda n: document(json.dumps(array(rows(n))), [n, DIMENSIONS]),
    "data-object": lambda n: document(f'{{"0":{row(0)}}}', [n, DIMENSIONS]),
    "data-deeper": lambda n: document(array([array(rows(n))]), [n, DIMENSIONS]),
    "data-flat": lambda n: document("[" + ",".join(text[1:-1] for text in rows(n)) + "]", [n, DIMENSIONS]),
    "data-of-another-key": lambda n: b'{"result":' + right(n) + b"}",
    "data-in-a-string": lambda n: json.dumps({"shape": [n, DIMENSIONS], "note": right(n).decode()}).encode(),
    "data-twice.wrong-first": _duplicate("data", wrong_first=True),
    "data-twice.wrong-last": _duplicate("data", wrong_first=False),
    "data-twice.escaped": _duplicate("d\\u0061ta", wrong_first=False),
    "top-array": lambda n: array(rows(n)).encode(),
    "top-array-of-documents": lambda n: b"[" + right(n) + b"]",
    "top-string": lambda n: json.dumps(right(n).decode()).encode(),
    "top-number": lambda _: b"1",
    "top-null": lambda _: b"null",
    "trailing-x": lambda n: right(n) + b"x",
    "trailing-object": lambda n: right(n) + b"{}",
    "trailing-brace": lambda n: right(n) + b"}",
    "trailing-nul": lambda n: right(n) + b"\0",
    "byte-order-mark": lambda n: b"\xef\xbb\xbf" + right(n),
    "utf-16": lambda n: right(n).decode().encode("utf-16"),
    "utf-8-invalid": lambda n: right(n)[:-1] + b',"note":"\xff"}',
    "utf-8-surrogate": lambda n: b'{"\xed\xa0\x80":1,' + right(n)[1:],
    "member-not-json": _member('"pooling":mean'),
    "member-without-value": _member('"pooling":'),
    "body-empty": lambda _: b"",
    "body-of-spaces": lambda _: b" \n",
}

# Bodies that end early, on a connection that is closed regularly.
ENDINGS: dict[str, Callable[[int], Answer]] = {
    "half": lambda n: Answer(_half(n)),
    "half.chunked": lambda n: Answer(_half(n), CHUNKED),
    "half.closed": lambda n: Answer(_half(n), CLOSED),
    "last-byte.closed": lambda n: Answer(right(n)[:-1], CLOSED),
}

# Bodies that do not end, because the connection fails.
CONNECTIONS: dict[str, Callable[[int], Answer]] = {
    "broken.reset": lambda n: Answer(right(n), RESET),
    "broken.short": lambda n: Answer(right(n), SHORT),
    "broken.half-unfinished": lambda n: Answer(_half(n), UNFINISHED),
    "broken.all-unfinished": lambda n: Answer(right(n), UNFINISHED),
}

WRONG_DOCUMENTS = {name: whole(make) for name, make in DOCUMENTS.items()} | {
    name: Case(make) for name, make in ENDINGS.items()
}
BROKEN_CONNECTIONS = {name: Case(make, broken=True) for name, make in CONNECTIONS.items()}
DEEP_DOCUMENTS = {
    "deep.data": whole(lambda n: document(NESTED, [n, DIMENSIONS])),
    "deep.unclosed": whole(lambda n: document(NESTED, [n, DIMENSIONS])[:20_000]),
}
