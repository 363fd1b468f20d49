"""Claims of the documents about Cloudflare: sentences that name one of its products and a figure, or what it does.

Their source is a link to a page of that product, in the same sentence or row of a table ("the same page": in the
paragraph). A sentence about a local measurement, or one that says that something is not known, needs none.
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
# What a service of Cloudflare does, without a figure: its name before a verb.
_ACTOR = re.compile(
    r"\b(?:Workers AI|Vectorize|Queues|AI Gateway|Cloudflare|Workers (?:Free|Paid|Logs)|Durable Objects?|The dashboard|"
    r"[Tt]he (?:gateway|deployed model|isolate)|[Aa] (?:gateway|queue|Durable Object)|[Aa]n isolate) "
    r"(?:also |itself |then |still |never |always |only )?(?:has|takes?|holds?|counts?|logs?|caches?|rejects?|accepts?|"
    r"returns?|stores?|keeps?|indexes|promises|gives|answers|reads|truncates|ignores|runs|deletes|creates?|sends|charges|"
    r"bills|costs?|allows?|limits?|records?|shows?|supports?|does|may|can't|can|needs?|uses?|drops|writes|asks|clones|"
    r"finds|obeys|(?:would|will|does not|must) [a-z]+|charge|bill|cost|reject|accept|drop|return|store|keep)\b|"
    r"\b[Tt]he model (?:reads|truncates|ignores|keeps)\b"
)
_OTHER_SOURCE = re.compile(r"\(https://(?:ai\.google\.dev|github\.com)/")
_SAME_PAGE = re.compile(r"\b(?:same|that|this) page\b")
_LOCAL = re.compile(r"\b(?:[Mm]easured|[Tt]ested|[Tt]ried|emulat\w+|local(?:ly)?|workerd|make dev|the doctor)\b")
_UNKNOWN = re.compile(r"\b(?:not known|[Rr]eported|assum\w+)\b")
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_STARTS = re.compile(r"^(?:#+ |\||\s*[-*] |\s*\d+\. )")
_END = re.compile(r"(?<=[.!?])[*`)]*\s+(?=[\[*`\"A-Z(])")


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
    """Return the sentences that say what Cloudflare does, without a source, and not of local runs or of the unknown."""
    return [sentence for block in blocks(text) for sentence in _unsourced(block)]


def _unsourced(block: str) -> Iterator[str]:
    """Yield sentences of a paragraph or cells of a row. The source of a row may be in another of its cells."""
    row = block.startswith("|")
    parts = block.strip("| ").split(" | ") if row else _END.split(block)
    figures = " | ".join(part for part in parts if not _LOCAL.search(part))
    for sentence in parts:
        # in a row, the figure may be in another cell than the product
        for pages in _claims(sentence, figures if row else sentence):
            if not _sourced(sentence, block, pages, row=row):
                yield sentence.strip()
                break


def _claims(sentence: str, figures: str) -> Iterator[str]:
    """Yield the pages that may be the source, for each product in a sentence that says something of it."""
    words = re.sub(r"\]\([^)]*\)", "]", sentence)
    named = [pages for name, pages in _PRODUCTS.items() if name.search(words)]
    if named and _FIGURE.search(re.sub(r"\]\([^)]*\)", "]", figures)):
        yield from [pages for pages in named if pages != r"[\w-]+"] or named
    elif _ACTOR.search(words):
        yield from named or [r"[\w-]+"]


def _sourced(sentence: str, block: str, pages: str, *, row: bool) -> bool:
    linked = re.compile(rf"\(https://developers\.cloudflare\.com/(?:{pages})/")
    where = block if row or _SAME_PAGE.search(sentence) or "not published" in sentence else sentence
    return bool(linked.search(where) or any(p.search(sentence) for p in (_OTHER_SOURCE, _LOCAL, _UNKNOWN)))
