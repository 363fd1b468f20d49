"""Renders the page."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from tools.reference.operations import Reader

PUBLIC = Path(__file__).parents[2] / "public"
PATH = PUBLIC / "docs.html"
_ADDRESS = "ADDRESS"  # in code: replaced with the address of the service


def _with_address(text: str) -> Markup:
    return escape(text).replace(_ADDRESS, Markup("<span data-origin>{}</span>").format(_ADDRESS))


def _block(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    """Render a block of code, which the keyboard can scroll."""
    text = _with_address(tokens[index].content.rstrip())
    return f'<div class="code"><pre tabindex="0"><code>{text}</code></pre></div>\n'


def _span(_renderer: object, tokens: Sequence[Token], index: int, *_: object) -> str:
    return f"<code>{_with_address(tokens[index].content)}</code>"


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_MARKDOWN.add_render_rule("fence", _block)
_MARKDOWN.add_render_rule("code_inline", _span)


def markdown(text: str) -> Markup:
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - raw HTML is disabled


def inline(text: str) -> Markup:
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - raw HTML is disabled


def anchor(title: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in title.lower()).split())


def _quoted(text: str) -> str:
    """Return a text for the inside of single quotes in a shell."""
    return text.replace("'", r"'\''")


def _breakable(path: str) -> Markup:
    """Return a path that may continue on a new line after a slash."""
    return Markup("/<wbr>").join(path.split("/"))


def _sections(description: str) -> tuple[str, list[tuple[str, str]]]:
    """Split the description of the service into its introduction and its sections."""
    first, *others = description.split("\n## ")
    return first, [(title, text) for title, _, text in (part.partition("\n") for part in others)]


def html(document: dict[str, Any]) -> str:
    """Return the page of a document."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(markdown=markdown, inline=inline, anchor=anchor, quoted=_quoted, breakable=_breakable)
    reader = Reader(document)
    introduction, sections = _sections(document["info"]["description"])
    return environment.get_template("page.html.jinja").render(
        introduction=introduction,
        sections=sections,
        tags=document["tags"],
        operations=list(reader.operations()),
        codes=document["x-error-codes"],
        formats=reader.error_formats(),
    )


def write() -> None:
    """Write the page of the committed document."""
    document = json.loads((PUBLIC / "openapi.json").read_text(encoding="utf-8"))
    PATH.write_text(html(document), encoding="utf-8")
