"""docs/recipes.md: each address is a route of the service or the beginning of one, and each model name exists."""

import re

import pytest

from embedder.api import routes
from embedder.embedding import prompts
from tests.core.fakes import FakeApp
from tools import runtime

PAGE = (runtime.ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
ADDRESS = "https://embedder.example.workers.dev"
PATHS = sorted(set(re.findall(rf"{re.escape(ADDRESS)}([\w/.-]*)", PAGE)))
# what apps add to the address that they are given
CALLED = ("", "/embeddings", "/embed", "/api/embed", "/v1/embeddings")
APPS = (
    "Open WebUI", "Karakeep", "AnythingLLM", "LibreChat", "Dify", "n8n", "Flowise", "Obsidian", "Smart Connections",
    "Cherry Studio", "SillyTavern", "Continue", "Claude Code", "Cursor", "LlamaIndex", "Haystack", "Chroma", "Qdrant",
    "Meilisearch",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_an_address_is_a_route_or_the_beginning_of_one(path):
    assert any("POST" in routes.find(f"{path.rstrip('/.')}{rest}" or "/").methods for rest in CALLED)


def test_there_are_addresses_of_every_kind():
    assert {"/v1", "", "/mcp", "/v1/embeddings"} <= set(PATHS)


@pytest.mark.parametrize("app", APPS)
def test_each_app_has_a_recipe(app):
    assert app in PAGE.split("\n## ", 1)[1]


def test_every_row_leads_to_its_recipe():
    headings = {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in re.findall("^## (.*)", PAGE, re.M)
    }
    rows = re.findall(r"^\| \[[^\]]+\]\(#([\w-]+)\)", PAGE, re.MULTILINE)
    assert set(rows) == headings


@pytest.mark.parametrize("name", sorted(set(re.findall(r"embeddinggemma[\w-]*(?::\w+)?", PAGE))))
def test_every_model_name_exists(name):
    assert FakeApp().send("GET", f"/v1/models/{name}").status == 200


def test_the_prompts_that_an_app_writes_itself_are_those_of_the_model():
    written = set(re.findall(r'"((?:task|title): [^"]*)"', PAGE))
    query, document = (prompts.apply(task, ["@"])[0] for task in ("search_query", "search_document"))
    assert len(written) == 5
    for prompt in written - {"title: {{doc.title}} | text: {{doc.text}}"}:
        assert f"{prompt.rstrip()} @" in (query, document)


def test_what_the_recipe_of_open_webui_sends_is_understood():
    app = FakeApp()
    field = re.search(r"RAG_EMBEDDING_PREFIX_FIELD_NAME=(\w+)", PAGE)[1]
    for kind in re.findall(r"RAG_EMBEDDING_(?:QUERY|CONTENT)_PREFIX=(\w+)", PAGE):
        body = {"input": ["a"], "model": "embeddinggemma-300m", field: kind}
        answer = app.ask("/v1/embeddings", body)
        assert answer.headers["x-embedding-task"] == f"search_{kind}"
