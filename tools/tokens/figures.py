"""The figures of texts whose tokens are known exactly, in figures.jsonl. The texts themselves are not kept.

`python -m tools.tokens.figures FILE SOURCE >> tools/tokens/figures.jsonl` prints the figures of texts. Each line of
FILE is a JSON object with the text, its exact number of Gemma tokens, and its kind or language. SOURCE is one of
SOURCES in fit.py. This has to be repeated for all texts when the counts change.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from embedder.embedding import scripts, token_counts
from embedder.embedding.token_runs import SINGLE

FILE: Final = Path(__file__).with_name("figures.jsonl")
NAMES: Final = (*token_counts.NAMES, *scripts.SCRIPTS)  # of the counts that have a weight to fit


class Row(NamedTuple):
    """The figures of one text."""

    source: str
    kind: str  # or the language
    tokens: int
    single: float  # what is one token each, and has no weight
    counts: dict[str, float]  # by the names in NAMES, without those that are 0


def derive(text: str, tokens: int, kind: str, source: str) -> Row:
    """Return the figures of a text."""
    counts = {name: round(number, 2) for name, number in token_counts.count(text).items()}
    single = counts.pop(SINGLE)
    return Row(source, kind, tokens, single, {name: number for name, number in counts.items() if number})


def read(file: Path = FILE) -> list[Row]:
    """Read the rows of a file."""
    return [Row(*json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def _row(sample: dict[str, Any], source: str) -> Row:
    return derive(sample["text"], sample["tokens"], sample.get("language") or sample["kind"], source)


def main(file: str, source: str) -> None:
    """Print one line per text."""
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        print(json.dumps(_row(json.loads(line), source), ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main(*sys.argv[1:])
