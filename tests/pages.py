"""The pages of the project and the code blocks in them."""

import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "examples").glob("*/README.md"))
ADDRESS = "http://127.0.0.1:8787"

# A block in a list is indented.
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


class Block(NamedTuple):
    """A fenced code block. `output` is the `json` or `text` block directly below it."""

    page: str
    line: int
    language: str
    code: str
    output: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(path: Path, *languages: str) -> list[Block]:
    """Return the code blocks of a page in these languages, each with its output."""
    text = path.read_text(encoding="utf-8")
    name = str(path.relative_to(ROOT))
    found = list(_BLOCK.finditer(text))
    result = []
    for block, following in pairwise([*found, None]):
        indent, language, code = block.groups()
        is_output = (
            following is not None and following[2] == "json" and not text[block.end() : following.start()].strip()
        )
        line = text.count("\n", 0, block.start()) + 1
        plain = re.sub(f"^{indent}", "", code, flags=re.MULTILINE)
        if language in languages:
            result.append(Block(name, line, language, plain, following[3] if is_output and following else None))
    return result


def output_pattern(shown: str) -> re.Pattern[str]:
    """Return a pattern for the output that a page shows. `...` stands for anything."""
    return re.compile(".*?".join(map(re.escape, shown.strip().split("..."))), re.DOTALL)


def commands(path: Path, *sections: str) -> list[str]:
    """Return the shell commands in these sections of a page, one a line, without their comments."""
    text = path.read_text(encoding="utf-8")
    parts = [part for part in text.split("\n## ") if part.partition("\n")[0] in sections or not sections]
    found = [block[3] for part in parts for block in _BLOCK.finditer(part) if block[2] == "sh"]
    lines = [line for code in found for line in code.splitlines()]
    return [line.partition(" # ")[0].strip() for line in lines if line.strip()]
