"""Claims of the documents about Cloudflare: the blocks of a page that name one of its products and a figure.

A block is a paragraph, an item of a list or a row of a table.
"""

import re
from collections.abc import Iterator

_PRODUCTS = re.compile(
    r"Cloudflare|Workers AI|Vectorize|\bQueues\b|AI Gateway|\ba gateway|Durable Object|Workers (?:Free|Paid)|"
    r"\bisolate has|\b(?:deployed|the|that) model (?:reads|truncates|stops|ignores|takes)"
)
_UNIT = (
    r"%|ms\b|s\b|seconds?\b|minutes?\b|hours?\b|days?\b|bytes?\b|[KMGT]i?B\b|GB-s\b|neurons?\b|tokens?\b|texts?\b|"
    r"vectors?\b|calls?\b|requests?\b|messages?\b|operations?\b|dimensions?\b|million\b|indexes\b|matches\b|ids\b|"
    r"metadata indexes\b|namespaces\b|attempts\b|stored\b|queried\b|embedding\b|per\b|a minute\b|UTC\b"
)
_FIGURE = re.compile(rf"\$\s?\d|\d[\d,.:]*\s*(?:{_UNIT})|[Ss]econds|[Mm]inutes|[Ff]ree\b|not published")
_SOURCE = re.compile(
    r"\(https://(?:developers\.cloudflare\.com|ai\.google\.dev|github\.com)/|\b(?:same|that|this) page\b"
)
_LOCAL = re.compile(r"\b(?:[Mm]easured|[Tt]ested|[Tt]ried|emulat\w+|local(?:ly)?|workerd|make dev)\b")
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_STARTS = re.compile(r"^(?:#+ |\||\s*[-*] |\s*\d+\. )")


def blocks(text: str) -> Iterator[str]:
    """Yield the paragraphs, items and rows of a page of Markdown, each in one line, without code blocks."""
    block: list[str] = []
    for line in [*_CODE.sub("", text).splitlines(), ""]:
        if block and (not line.strip() or _STARTS.match(line)):
            yield " ".join(block)
            block = []
        if line.strip():
            block.append(line.strip())


def comments(text: str) -> str:
    """Return the comments of a configuration, each group of lines as a paragraph."""
    found = (re.search(r"(?:^|\s)# ?(.*)", line) for line in text.splitlines())
    return "\n".join(match[1] if match else "" for match in found)


def unsourced(text: str) -> list[str]:
    """Return the blocks that say something of Cloudflare with a figure, without a source, and not of local runs."""
    return [block for block in blocks(text) if _claims(block) and not (_SOURCE.search(block) or _LOCAL.search(block))]


def _claims(block: str) -> bool:
    words = re.sub(r"\]\([^)]*\)", "]", block)
    return bool(_PRODUCTS.search(words) and _FIGURE.search(words))
