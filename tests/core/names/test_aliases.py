"""The operator's names of the model."""

import pytest

from embedder.names import aliases
from embedder.settings import Settings, SettingsError


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("", {}),
        (" , ", {}),
        ("text-embedding-3-small", {"text-embedding-3-small": None}),
        ("a, b:search_document,c:PASSAGE", {"a": None, "b": "search_document", "c": "search_document"}),
        ("nomic-embed-text:v1.5", {"nomic-embed-text:v1.5": None}),
        ("a:v1:query", {"a:v1": "search_query"}),
        ("@cf/baai/bge-base-en-v1.5", {"@cf/baai/bge-base-en-v1.5": None}),
    ],
)
def test_names_with_and_without_a_task(value, names):
    assert Settings.from_env({"MODEL_ALIASES": value}).model_aliases == names


@pytest.mark.parametrize("value", ["a b", "é", "a\nb", "x" * 101, ",".join(f"n{n}" for n in range(51)), '"a"'])
def test_a_name_that_can_be_none_is_a_fault(value):
    with pytest.raises(SettingsError, match=r"^MODEL_ALIASES must hold at most 50 names"):
        Settings.from_env({"MODEL_ALIASES": value})
    faults: list[str] = []
    assert (aliases.parse(value, faults), len(faults)) == ({}, 1)


@pytest.mark.parametrize("value", ["a:query, a:document", "a, A:query", "a:query,b,a", "x/a:query, X/a"])
def test_a_name_has_one_task(value):
    with pytest.raises(SettingsError, match=r"MODEL_ALIASES names .* twice, with two tasks"):
        Settings.from_env({"MODEL_ALIASES": value})


@pytest.mark.parametrize(
    "name", ["embeddinggemma", "EmbeddingGemma-300m", "google/embeddinggemma", "@cf/google/embeddinggemma-300m"]
)
def test_a_name_of_the_model_itself_has_no_task(name):
    with pytest.raises(SettingsError, match="MODEL_ALIASES gives a task to"):
        Settings.from_env({"MODEL_ALIASES": f"a,{name}:query"})
    assert Settings.from_env({"MODEL_ALIASES": f"{name},{name}"}).model_aliases == {name: None}
