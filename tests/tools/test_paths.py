"""Files, folders and modules of this project that a page, a comment or a docstring names are there."""

import ast
import io
import re
import subprocess
import tokenize
from functools import cache
from pathlib import Path

import pytest

from tools import runtime

PATH = re.compile(r"(?<![\w./@:-])\w[\w.-]*(?:/[\w.-]+)+/?(?![\w/<])")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.(?:py|js|ts|toml|json|jsonl|md|html|css|yml|txt)")
MODULE = re.compile(r"python -m ((?:tests|tools|benchmarks)(?:\.\w+)*)")
CODE = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"(?:^|\s)(?://|#|\*) (.*)")

# Begin with the name of a folder of this project, and are methods of MCP or files of other projects.
FOREIGN = ("tools/list", "tools/call", "tools/server/", "src/transformers/")
BUILT = "public/"  # most of this folder is made by `page/build.js`
# Files that a page names and that are no part of the project: made by a command, or of others.
MADE = {"llms.txt", "config_sentence_transformers.json"}
SOURCES = "docs/recipes.md"  # names the files of other projects that it was read in


@cache
def known():
    """Return the files that git knows, and their folders."""
    listed = subprocess.run(["git", "ls-files"], cwd=runtime.ROOT, capture_output=True, text=True, check=True)
    names = {name for name in listed.stdout.split("\n") if (runtime.ROOT / name).is_file()}
    return names | {parent.as_posix() for name in names for parent in Path(name).parents}


@cache
def tops():
    return {name.split("/")[0] for name in known() if "/" in name}


def exists(name, page):
    """Return whether there is such a path, from the root of the project or from the folder of the page."""
    plain = name.rstrip("/")
    return plain in known() or (Path(page).parent / plain).as_posix() in known()


def lost(text, page):
    """Return the paths that begin with a folder of the project and do not exist."""
    found = [match[0].rstrip(".") for match in PATH.finditer(text)]
    return [
        name
        for name in found
        if name.split("/")[0] in tops() and not name.startswith((*FOREIGN, BUILT)) and not exists(name, page)
    ]


def nowhere(text, page):
    """Return the files in backticks that are not there, also not as the end of a path."""
    named = [name for name in CODE.findall(text) if FILE.fullmatch(name) and name not in MADE]
    return [name for name in named if not exists(name, page) and not any(f.endswith(f"/{name}") for f in known())]


def strings(source):
    """Return the comments and docstrings of a Python module."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in nodes)])


def commented(source):
    return "\n".join(match[1] for line in source.splitlines() if (match := COMMENT.search(line)))


def anchors(text):
    """Return the anchors of the headings of a page, as GitHub makes them."""
    found = {}
    for heading in re.findall(r"^#+ (.*)$", BLOCK.sub("", text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        found[name] = found.get(name, 0) + 1
    return {f"{name}-{turn}" if turn else name for name, times in found.items() for turn in range(times)}


def read(name):
    return (runtime.ROOT / name).read_text(encoding="utf-8")


def of_kind(*endings):
    return sorted(name for name in known() if name.endswith(endings) and not name.startswith("public/"))


PAGES = [name for name in of_kind(".md") if name != "CHANGELOG.md"]
OTHERS = of_kind(".js", ".ts", ".toml", ".yml", "Makefile", ".capnp")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_is_there(page):
    text = read(page)
    code = "\n".join([*CODE.findall(text), *BLOCK.findall(text)])
    missing = [
        name for name in lost(code, page) if page != SOURCES or not name.startswith(("src/", "docs/", "public/"))
    ]
    assert missing == []
    assert page == SOURCES or nowhere(text, page) == []


@pytest.mark.parametrize("page", PAGES)
def test_a_link_leads_to_a_file_and_a_heading(page):
    links = re.findall(r"\]\((?!https?://)([^)#\s]*)(?:#([^)]+))?\)", read(page))
    for target, anchor in links:
        file = (runtime.ROOT / page).parent / target if target else runtime.ROOT / page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_the_anchors_of_headings():
    assert anchors("# A *b*, `c`\n## A b c\n## [A](b) d!\n```\n# no\n```\n") == {"a-b-c", "a-b-c-1", "a-d"}


def test_what_a_comment_or_a_docstring_names_is_there():
    found = {name: lost(strings(read(name)), name) for name in of_kind(".py")}
    found |= {name: lost(commented(read(name)), name) for name in OTHERS}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_a_module_that_a_command_names_is_there():
    named = {
        (name, module.replace(".", "/"))
        for name in [*PAGES, *of_kind(".py"), *OTHERS]
        for module in MODULE.findall(read(name))
    }
    assert len(named) > 20
    assert [pair for pair in named if not {pair[1], f"{pair[1]}.py"} & known()] == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("`src/bindings/nowhere.js`", ["src/bindings/nowhere.js"]),
        ("see tests/no_such_folder/ for more", ["tests/no_such_folder/"]),
        ("`src/bindings/` and src/bindings/ai.py.", []),
        ("https://github.com/cloudflare/workerd/src/nowhere and ./src/nowhere", []),
        ("the method `tools/list`", []),
    ],
)
def test_a_path_that_is_not_there_is_found(text, missing):
    assert lost(text, "README.md") == missing


@pytest.mark.parametrize(("text", "missing"), [("`test_nowhere.py`", ["test_nowhere.py"]), ("`test_paths.py`", [])])
def test_a_file_without_its_folder_is_looked_for_everywhere(text, missing):
    assert nowhere(text, "README.md") == missing
