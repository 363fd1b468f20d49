"""TEI's options, as the service has them."""

import pytest

from embedder.api.tei import forms
from embedder.embedding import prompts
from embedder.errors import EmbedderError
from tests.core.fakes import FakeApp


@pytest.mark.parametrize(
    ("name", "prompt"),
    [
        ("query", "task: search result | query: a"),
        ("document", "title: none | text: a"),
        ("BitextMining", "task: search result | query: a"),
        ("Clustering", "task: clustering | query: a"),
        ("InstructionRetrieval", "task: code retrieval | query: a"),
        ("PairClassification", "task: sentence similarity | query: a"),
        ("Retrieval-document", "title: none | text: a"),
        ("MultilabelClassification", "task: classification | query: a"),
        ("Summarization", "task: summarization | query: a"),
        ("search_query", "task: search result | query: a"),
        (None, "a"),
    ],
)
def test_a_prompt_is_that_of_the_models_configuration(name, prompt):
    app = FakeApp()
    assert app.ask("/", {"inputs": "a", "prompt_name": name}).status == 200
    assert app.model.calls == [[prompt]]


def test_every_option_of_teis_is_one_of_the_service():
    assert forms.TeiOptions().options() == forms.TeiOptions(truncate=True).options()
    assert forms.TeiOptions(truncate=False).options().truncate == "error"
    assert prompts.apply(forms.TeiOptions(prompt_name="search_document").options().task, ["a"])[0].endswith("text: a")


def test_the_beginning_is_only_cut_off_if_nothing_is():
    assert forms.TeiOptions(truncation_direction="Left", truncate=False).options().truncate == "error"
    with pytest.raises(EmbedderError, match="reads the beginning"):
        forms.TeiOptions(truncation_direction="left").options()
