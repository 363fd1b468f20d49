"""docs/recipes.md: addresses are routes or the beginning of one, model names exist, prompts are those of the model.

The names of the apps' settings are compared with the apps' sources by hand; the page says where those are.
"""

import re

import pytest
import yaml

from embedder.api import routes
from embedder.embedding import prompts
from tests.core.fakes import FakeApp, json_of
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


def sections():
    return dict(section.split("\n", 1) for section in PAGE.split("\n## ")[1:])


def rows():
    """Return the anchor and the cell of the prompts of each row."""
    return re.findall(r"^\| \[[^\]]+\]\(#([\w-]+)\) \| ([^|]+) \|", PAGE, re.MULTILINE)


def anchor(heading):
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


def test_every_row_leads_to_its_recipe():
    assert {name for name, _ in rows()} == {anchor(heading) for heading in sections()} - {"sources"}


@pytest.mark.parametrize(("name", "prompts_of_app"), rows())
def test_each_recipe_says_how_the_app_gives_the_prompts_or_that_it_does_not(name, prompts_of_app):
    [recipe] = [text for heading, text in sections().items() if anchor(heading) == name]
    none = re.search(r"\b(no|without a|[Nn]either sends a)\s+task", recipe)
    both = (r"task: search result", "title: ", r"input_type", "search_query", r"tools", "both prompts")
    assert none if prompts_of_app.startswith("none") else any(word in recipe for word in both)


@pytest.mark.parametrize("app", APPS)
def test_the_source_of_each_apps_names_is_told(app):
    sources = re.findall(rf"^\| [^|]*\b{app}\b[^|]*\| (.+) \|$", sections()["Sources"], re.MULTILINE)
    kinds = [re.match(r"[\w-]+/[\w-]+: |its source is not public: \[|their packages", source) for source in sources]
    assert kinds
    assert all(kinds)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"embeddinggemma[\w-]*(?::\w+)?", PAGE))))
def test_every_model_name_exists(name):
    assert FakeApp().send("GET", f"/v1/models/{name}").status == 200


def test_the_prompts_that_an_app_writes_itself_are_those_of_the_model():
    written = set(re.findall(r'"((?:task|title): [^"]*)"', PAGE))
    query, document = (prompts.apply(task, ["@"])[0] for task in ("search_query", "search_document"))
    templates = {prompt for prompt in written if "{{" in prompt}
    assert (len(written), len(templates)) == (6, 2)
    for prompt in written - templates:
        assert f"{prompt.rstrip()} @" in (query, document)
    [titled] = prompts.apply("search_document", ["@"], "T")
    values = {"{{doc.title}}": "T", "{{doc.text}}": "@", "{{q}}": "@"}
    assert {re.sub(r"{{[\w.]+}}", lambda name: values[name[0]], prompt) for prompt in templates} == {query, titled}


def test_what_the_recipe_of_open_webui_sends_is_understood():
    app = FakeApp()
    field = re.search(r"RAG_EMBEDDING_PREFIX_FIELD_NAME=(\w+)", PAGE)[1]
    kinds = re.findall(r"RAG_EMBEDDING_(?:QUERY|CONTENT)_PREFIX=(\w+)", PAGE)
    assert len(kinds) == 2
    for kind in kinds:
        answer = app.ask("/v1/embeddings", {"input": ["a"], "model": "embeddinggemma-300m", field: kind})
        assert answer.headers["x-embedding-task"] == f"search_{kind}"


def filled(template, texts):
    """Fill a template of Meilisearch: the item before "{{..}}" is repeated, with a text in the place of its name."""
    if isinstance(template, dict):
        return {name: filled(value, texts) for name, value in template.items()}
    return texts if isinstance(template, list) and template[1:] == ["{{..}}"] else template


def test_the_requests_and_answers_of_meilisearch_have_the_form_of_the_recipe():
    blocks = re.findall(r"```yaml\n(.*?)```", sections()["Meilisearch"], re.DOTALL)
    [fragments], template = yaml.safe_load(blocks[0])["embedders"].values(), yaml.safe_load(blocks[1])
    for settings, place in ((fragments, "{{fragment}}"), (template, "{{text}}")):
        assert settings["request"]["input"] == [place, "{{..}}"]
        answer = json_of(FakeApp().ask("/v1/embeddings", filled(settings["request"], ["a", "b"])))
        assert settings["response"] == {"data": [{"embedding": "{{embedding}}"}, "{{..}}"]}
        assert ["embedding" in item for item in answer["data"]] == [True, True]
    assert (fragments["url"], fragments["dimensions"]) == (f"{ADDRESS}/v1/embeddings", 768)
