"""Markdown with real structure, for properties: any block, in any order, with any line ends."""

import json

from hypothesis import strategies as st

ODD = [
    "a\u200bb",
    "\u200d",
    "\ufeff",
    "\u00ad",
    "e\u0301",
    "\u3000",
    "\xa0",
    "\x0b",
    "\x0c",
    "\x1c",
    "\u2028",
    "\x85",
    "猫が好き",
    "🏳️‍🌈",
]
INLINE = [
    "\\#",
    "\\*x\\*",
    "&amp;",
    "&x",
    '[link](url "t")',
    "[[wiki|name]]",
    "`code`",
    "<b>bold</b>",
    "![alt](i.png)",
    "**b**",
    "$x$",
]
INLINE += [
    '{{< call a="b" >}}',
    "{#id}",
    "<!-- c -->",
    "https://a.b/c?d=e#f",
    "a_b",
    "3.14",
    "don't",
    "#tag",
    "%%note%%",
    "^^^",
    "<x",
    "]]>",
]
WORD = st.from_regex(r"[a-z]{1,9}", fullmatch=True) | st.sampled_from(ODD + INLINE) | st.text(max_size=4)
LINE = st.lists(WORD, min_size=1, max_size=6).map(" ".join).map(lambda line: " ".join(line.splitlines()))
LINES = st.lists(LINE, min_size=1, max_size=3)
INDENT = st.sampled_from(["", "", "", " ", "   ", "    ", "\t", " \t"])


@st.composite
def atx(draw):
    closing = draw(st.sampled_from(["", "", " #", " ###  ", "#", " \\#"]))
    mark = "#" * draw(st.integers(1, 7)) + draw(st.sampled_from([" ", "\t", "  ", ""]))
    return draw(INDENT) + mark + draw(LINE | st.just("")) + closing


@st.composite
def setext(draw):
    return "\n".join(draw(LINES)) + "\n" + draw(INDENT) + draw(st.sampled_from("=-")) * draw(st.integers(1, 5))


RULE = st.sampled_from(["---", "***", "___", "- - -", "+++", "...", "--- ", "===", "* * *\t"])
MARK = st.sampled_from(
    ["- ", "* ", "+ ", "1. ", "27) ", "-\t", "> ", "> - ", "- [ ] ", "- # ", "> # ", "> [!NOTE] ", "    ", "\t"]
)


@st.composite
def items(draw):
    """Lists, quotes and indented code, nested or not."""
    return "\n".join(draw(INDENT) + draw(MARK) + line for line in draw(LINES))


@st.composite
def table(draw):
    rows = [" | ".join(draw(LINES)) for _ in range(draw(st.integers(1, 3)))]
    return "\n".join([f"| {rows[0]} |", "|---|:-:|", *rows[1:]])


@st.composite
def fenced(draw):
    fence = draw(st.sampled_from(["```", "~~~", "````", ":::", "$$", "%%%"]))
    inside = "\n".join(draw(st.lists(LINE | atx() | st.just(""), max_size=3)))
    return f"{draw(INDENT)}{fence}{draw(LINE)}\n{inside}\n" + (fence if draw(st.booleans()) else "")


HTML = [
    "<div>\n{}\n</div>",
    "<!-- {} -->",
    "<!--\n\n{}",
    "<script>\n{}\n\n</script>",
    "<pre>{}",
    "<?php {} ?>",
    "<!DOCTYPE {}>",
]
HTML += [
    "<![CDATA[ {} ]]>",
    "<Box a={{1}}>\n{}\n</Box>",
    "export const x = '{}'",
    "<table><tr><td>{}",
    "<x y='{}'/>",
    "</p>{}",
]
REFERENCES = [
    "[{0}]: /url '{0}'",
    "[a]: <{}>",
    "[^1]: {}",
    "[a]:\n{}",
    "*[HTML]: {}",
    ": {}",
    "[{}]",
    "[a]: /url\n'{}'\n===",
]
FORM = st.sampled_from(HTML + REFERENCES)
HTML_OR_REFERENCE = st.tuples(FORM, LINES.map("\n".join)).map(lambda found: found[0].format(found[1]))
BLOCK = st.one_of(
    LINES.map("\n".join), atx(), setext(), RULE, items(), table(), fenced(), HTML_OR_REFERENCE, st.text(max_size=20)
)

KEYS = st.sampled_from(["title", "date", "tags", "draft", "menu main", "Ключ", "description"])
VALUES = st.recursive(
    LINE | st.booleans() | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3), max_leaves=3
)


def block(sign, comment=""):
    """Return a function that writes fields, as YAML with a colon and as TOML with an equals sign."""

    def write(fields):
        pairs = ((name, json.dumps(value, ensure_ascii=False)) for name, value in fields.items())
        return "".join(f"{name}{sign} {value}{comment}\n" for name, value in pairs)

    return write


YAML = st.dictionaries(KEYS, VALUES, max_size=3).map(block(":"))
RAW_YAML = st.lists(
    st.sampled_from(
        [
            "title: plain words # a comment\n",
            "# alone\n",
            "tags: [one, two]\n",
            "text: >-\n  folded\n  lines\n",
            "a: |\n  # kept\n",
        ]
    )
    | st.tuples(KEYS, LINE).map(": ".join).map("{}\n".format),
    max_size=3,
).map("".join)
TOML_KEYS = st.sampled_from(["title", "date", "weight"])
TOML = st.dictionaries(TOML_KEYS, LINE | st.integers(0, 9), max_size=3).map(block(" =", " # said"))
FRONT = st.one_of(
    st.just(""),
    (YAML | RAW_YAML).map("---\n{}---\n".format),
    (YAML | RAW_YAML).map("---\n{}...\n".format),
    TOML.map("+++\n{}+++\n".format),
)


@st.composite
def pages(draw):
    """Return the text of a file, with line ends of one kind or of several, and perhaps a byte order mark."""
    text = draw(FRONT) + "".join(
        block + draw(st.sampled_from(["\n", "\n\n", "\n \n", ""])) for block in draw(st.lists(BLOCK, max_size=7))
    )
    ends = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return draw(st.sampled_from(["", "", "\ufeff"])) + text.replace("\n", ends)
