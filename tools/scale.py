"""What a corpus costs in calls, time and money: `python -m tools.scale` writes the tables of docs/scale.md.

Prices are in US dollars a month on the plan Workers Paid, as published on the day that the document names.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "scale.md"
SIZES = (1_000_000, 20_000_000)  # documents
QUERIES = (10_000, 1_000_000)  # searches a month

DIMENSIONS = 768  # of the model
TEXTS_A_CALL = 100  # Workers AI, the model's input schema
CALLS_A_MINUTE = 3_000  # embedding calls of an account (Workers AI, Limits)
VECTORS_AN_INDEX = 20_000_000  # Vectorize, Limits

STORED_FREE, STORED_PRICE = 10e6, 0.05 / 100e6  # stored dimensions (Vectorize, Pricing)
QUERIED_FREE, QUERIED_PRICE = 50e6, 0.01 / 1e6  # queried dimensions (Vectorize, Pricing)
REQUESTS_FREE, REQUEST_PRICE = 10e6, 0.30 / 1e6  # requests of a Worker (Workers, Pricing)
OPERATIONS_FREE, OPERATION_PRICE = 1e6, 0.40 / 1e6  # operations of Queues (Queues, Pricing)
OPERATIONS_A_MESSAGE = 3  # one write, one read, one delete, for each 64 KB


@dataclass(frozen=True)
class Corpus:
    """A number of documents, each a vector of its own."""

    documents: int

    @property
    def calls(self) -> int:
        """Calls of Workers AI, which are also requests of the importer and writes to Vectorize."""
        return -(-self.documents // TEXTS_A_CALL)

    @property
    def minutes(self) -> float:
        """The least time that the account's rate limit allows."""
        return self.calls / CALLS_A_MINUTE

    @property
    def dimensions(self) -> int:
        return self.documents * DIMENSIONS

    @property
    def indexes(self) -> int:
        return -(-self.documents // VECTORS_AN_INDEX)

    def storing(self) -> float:
        return _beyond(self.dimensions, STORED_FREE) * STORED_PRICE

    def searching(self, queries: int) -> float:
        """A month with searches is billed for the stored vectors once and for each query vector."""
        return _beyond((self.documents + queries) * DIMENSIONS, QUERIED_FREE) * QUERIED_PRICE

    def requests(self) -> float:
        return _beyond(self.calls, REQUESTS_FREE) * REQUEST_PRICE

    def queue(self) -> float:
        """Every document a message of at most 64 KB."""
        return _beyond(self.documents * OPERATIONS_A_MESSAGE, OPERATIONS_FREE) * OPERATION_PRICE


def _beyond(used: float, free: float) -> float:
    return max(0.0, used - free)


def load_table() -> str:
    """Return what loading a corpus takes."""
    rows = [
        ("Calls of Workers AI, 100 texts each", [f"{corpus.calls:,}" for corpus in _all()]),
        ("Least time at 3,000 calls a minute", [_spoken(corpus.minutes) for corpus in _all()]),
        ("Requests to the Worker by `embedder import`", [f"{corpus.calls:,}" for corpus in _all()]),
        ("Writes to Vectorize, 100 vectors each", [f"{corpus.calls:,}" for corpus in _all()]),
        (
            "Share of an index of 20 million vectors",
            [f"{corpus.documents / VECTORS_AN_INDEX:.0%}" for corpus in _all()],
        ),
        ("Stored dimensions", [f"{corpus.dimensions / 1e6:,.0f} million" for corpus in _all()]),
    ]
    return _table(rows)


def price_table() -> str:
    """Return what holding and searching a corpus costs."""
    rows = [
        ("Neurons of the embedding", ["not published"] * len(SIZES)),
        ("Loading: requests of the Worker, once", [_dollars(corpus.requests()) for corpus in _all()]),
        ("Storing, a month", [_dollars(corpus.storing()) for corpus in _all()]),
        *[
            (f"{queries:,} searches, a month", [_dollars(corpus.searching(queries)) for corpus in _all()])
            for queries in QUERIES
        ],
        ("A queue in front, once", [_dollars(corpus.queue()) for corpus in _all()]),
    ]
    return _table(rows)


def _all() -> list[Corpus]:
    return [Corpus(size) for size in SIZES]


def _table(rows: list[tuple[str, list[str]]]) -> str:
    head = ["", *[f"{size / 1e6:.0f} million documents" for size in SIZES]]
    lines = [head, ["---", *["---:"] * len(SIZES)], *[[name, *values] for name, values in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}"


def _spoken(minutes: float) -> str:
    return f"{minutes:.1f} minutes" if minutes < 60 else f"{minutes / 60:.1f} hours"


def filled(document: str) -> str:
    """Return the document with its tables computed anew."""
    for name, table in (("load", load_table()), ("price", price_table())):
        mark = re.compile(rf"(<!-- {name}: .*? -->\n\n).*?(\n\n<!-- end -->)", re.DOTALL)
        document, count = mark.subn(lambda found, table=table: found[1] + table + found[2], document)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"docs/scale.md has {count} places for the table {name}, not one.")
    return document


def main() -> int:
    DOCUMENT.write_text(filled(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
