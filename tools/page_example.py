"""Writes page/example.json: the texts that the page shows first, with vectors that were recorded from the model.

Every number is one letter, so that the file compresses well: each row is scaled by its largest component and rounded to
an integer from -26 to 26.
"""

import base64
import json
import struct
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "page" / "example.json"
RECORDED = ROOT / "tests" / "data" / "multilingual-messages.jsonl"
QUERY = "paid two times"
LARGEST = 26  # of the integers
ZERO = 79  # code of the letter for 0


def messages() -> list[tuple[str, str, list[float]]]:
    """Return the text, the language and the vector of each message."""
    lines = RECORDED.read_text(encoding="utf-8").splitlines()
    return [(item["text"], item["language"], _numbers(item["vector"])) for item in map(json.loads, lines)]


def _numbers(encoded: str) -> list[float]:
    packed = base64.b64decode(encoded)
    return list(struct.unpack(f"<{len(packed) // 4}f", packed))


def document() -> str:
    """Return the content of the file."""
    texts, languages, rows = zip(*messages(), strict=True)
    content = {"texts": texts, "languages": languages, "query": QUERY, "rows": packed(rows)}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def packed(rows: Sequence[Sequence[float]]) -> str:
    """Return rows as text, with one letter from `5` to `i` per number."""
    return "".join(chr(ZERO + round(LARGEST * value / max(map(abs, row)))) for row in rows for value in row)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
