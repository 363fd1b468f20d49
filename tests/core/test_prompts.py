"""The prompts of the model card, to the letter."""

import pytest

from embedder import prompts
from embedder.errors import InvalidRequestError


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


def test_short_names_stand_for_the_long_ones():
    assert prompts.resolve("query") == "search_query"
    assert prompts.resolve("document") == "search_document"
    assert prompts.resolve(None) is None


def test_an_unknown_task_is_answered_with_all_known_ones():
    with pytest.raises(InvalidRequestError, match=r"'doc'; it must be one of search_query, .*, document\.$") as caught:
        prompts.resolve("doc", param="input_type")
    assert caught.value.param == "input_type"


def test_titles_go_into_the_document_prompt():
    assert prompts.apply("search_document", ["a", "b"], "X") == ["title: X | text: a", "title: X | text: b"]
    assert prompts.apply("search_document", ["a", "b"], ["X", ""]) == ["title: X | text: a", "title: none | text: b"]


@pytest.mark.parametrize(("task", "titles"), [("search_document", ["X"]), ("search_query", "X"), (None, "X")])
def test_titles_that_fit_nowhere_are_refused(task, titles):
    with pytest.raises(InvalidRequestError) as caught:
        prompts.apply(task, ["a", "b"], titles)
    assert caught.value.param == "title"
