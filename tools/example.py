"""Writes page/example.json: the texts that the page shows first, with vectors that were recorded from the model.

Every number is one letter, so that the file compresses well: each row is scaled by its largest component and rounded to
an integer from -46 to 46.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from embedder.embedding import prompts

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "page" / "example.json"
RECORDED = ROOT / "tests" / "data" / "embeddinggemma-vectors.jsonl"
QUERY = "Which planet is known as the Red Planet?"
LARGEST = 46  # of the integers
ZERO = 79  # code of the letter for 0
RANKED = 4  # the first lines: those that were recorded with the document prompt
LINES = (
    "Mars, known for its reddish appearance, is often referred to as the Red Planet.",
    "Jupiter, the largest planet in our solar system, has a prominent red spot.",
    "Saturn, famous for its rings, is sometimes mistaken for the Red Planet.",
    "Venus is often called Earth's twin because of its similar size and proximity.",
    "This is a story about an orange cloud",
    "This is a story about a llama",
    "This is a story about a hugging emoji",
    "The cat sleeps on the warm windowsill.",
    "Die Katze schläft auf der warmen Fensterbank.",
    "猫在温暖的窗台上睡觉。",
    "القطة نائمة على حافة النافذة الدافئة.",
    "a function that adds two numbers",
    "Quarterly revenue rose by twelve percent.",
)


def document() -> str:
    """Return the content of the file."""
    lines = RECORDED.read_text(encoding="utf-8").splitlines()
    recorded = {item["text"]: item["vector"] for item in map(json.loads, lines)}

    def rows(task: str | None, texts: Sequence[str]) -> str:
        return packed([recorded[text] for text in prompts.apply(task, list(texts))])

    content = {
        "texts": LINES,
        "rows": rows(None, LINES),
        "query": QUERY,
        "ranked": RANKED,
        "plain": rows(None, [QUERY]),
        "prompted": rows(prompts.QUERY, [QUERY]),
        "documents": rows(prompts.DOCUMENT, LINES[:RANKED]),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"


def packed(rows: Sequence[Sequence[float]]) -> str:
    """Return rows as text, with one letter from `!` to `}` per number."""
    return "".join(chr(ZERO + round(LARGEST * value / max(map(abs, row)))) for row in rows for value in row)


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
