"""Claims of the documents about Cloudflare: sentences that name one of its products and a figure.

Their source is a link to a page of that product, in the same paragraph, item of a list or row of a table.
"""

import re
from collections.abc import Iterator

# Product -> how it is named, and the pages that may be its source.
_PRODUCTS = {
    re.compile(
        r"Workers AI|\b(?:deployed|the|that) model (?:reads|truncates|stops|ignores|takes)"
    ): "workers-ai|ai-search",
    re.compile(r"Vectorize"): "vectorize",
    re.compile(r"\bQueues\b"): "queues",
    re.compile(r"AI Gateway|\ba gateway"): "ai-gateway",
    re.compile(r"Durable Object"): "durable-objects",
    re.compile(r"Workers (?:Free|Paid)|\bisolate has"): r"[\w-]+",  # each page of prices and limits has the plans
    re.compile(r"Cloudflare"): r"[\w-]+",
}
_UNIT = (
    r"%|ms\b|s\b|seconds?\b|minutes?\b|hours?\b|days?\b|bytes?\b|[KMGT]i?B\b|GB-s\b|neurons?\b|tokens?\b|texts?\b|"
    r"vectors?\b|calls?\b|requests?\b|messages?\b|operations?\b|dimensions?\b|million\b|indexes\b|matches\b|ids\b|"
    r"queries\b|metadata indexes\b|namespaces\b|attempts\b|stored\b|queried\b|embedding\b|per\b|a minute\b|UTC\b"
)
_FIGURE = re.compile(rf"\$\s?\d|\d[\d,.:]*\s*(?:{_UNIT})|[Ss]econds|[Mm]inutes|[Ff]ree\b|not published")
_OTHER_SOURCE = re.compile(r"\(https://(?:ai\.google\.dev|github\.com)/|\b(?:same|that|this) page\b")
_LOCAL = re.compile(r"\b(?:[Mm]easured|[Tt]ested|[Tt]ried|emulat\w+|local(?:ly)?|workerd|make dev)\b")
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_STARTS = re.compile(r"^(?:#+ |\||\s*[-*] |\s*\d+\. )")
_END = re.compile(r"(?<=[.:;])\s+(?=[\[*`\"A-Z])|\s\|\s")


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
    return [block for block in blocks(text) if any(not _sourced(block, pages) for pages in _claims(block))]


def _claims(block: str) -> Iterator[str]:
    """Yield the pages that may be the source, for each product in a sentence with a figure."""
    words = re.sub(r"\]\([^)]*\)", "]", block)
    # in a row of a table, the figure may be in another cell than the product
    sentences = [words] if block.startswith("|") else _END.split(words)
    for sentence in filter(_FIGURE.search, sentences):
        named = [pages for name, pages in _PRODUCTS.items() if name.search(sentence)]
        yield from [pages for pages in named if pages != r"[\w-]+"] or named


def _sourced(block: str, pages: str) -> bool:
    linked = re.search(rf"\(https://developers\.cloudflare\.com/(?:{pages})/", block)
    return bool(linked or _OTHER_SOURCE.search(block) or _LOCAL.search(block))
