"""The prompts, exactly as in the model card."""

import pytest

from embedder.embedding import prompts
from embedder.errors import EmbedderError
from embedder.names import tasks


@pytest.mark.parametrize(
    ("task", "prompted"),
    [
        (None, "T"),
        ("search_query", "task: search result | query: T"),
        ("search_document", "title: none | text: T"),
        ("question_answering", "task: question answering | query: T"),
        ("fact_verification", "task: fact checking | query: T"),
        ("classification", "task: classification | query: T"),
        ("clustering", "task: clustering | query: T"),
        ("semantic_similarity", "task: sentence similarity | query: T"),
        ("code_retrieval", "task: code retrieval | query: T"),
    ],
)
def test_every_task_has_its_prompt(task, prompted):
    assert prompts.apply(task, ["T"]) == [prompted]


def test_short_task_names_are_expanded():
    assert tasks.full_name("query") == "search_query"
    assert tasks.full_name("document") == "search_document"
    assert tasks.full_name("clustering") == "clustering"


def test_titles_are_part_of_the_document_prompt():
    assert prompts.apply("search_document", ["a", "b"], "X") == ["title: X | text: a", "title: X | text: b"]
    assert prompts.apply("search_document", ["a", "b"], ["X", ""]) == ["title: X | text: a", "title: none | text: b"]


@pytest.mark.parametrize(("task", "titles"), [("search_document", ["X"]), ("search_query", "X"), (None, "X")])
def test_rejects_titles_that_do_not_fit_the_task_or_the_texts(task, titles):
    with pytest.raises(EmbedderError) as caught:
        prompts.apply(task, ["a", "b"], titles)
    assert (caught.value.code, caught.value.param) == ("invalid_request", "title")
