"""The tasks of the model, and what others call them."""

from pathlib import Path

import pytest

from embedder.embedding import prompts
from embedder.names import tasks

# The prompts of the model's config_sentence_transformers.json, from the script of Hugging Face's transformers that
# writes it: src/transformers/models/gemma3/convert_gemma3_weights.py, `task_prompts`.
CONFIGURED = {
    "query": "task: search result | query: ",
    "document": "title: none | text: ",
    "BitextMining": "task: search result | query: ",
    "Clustering": "task: clustering | query: ",
    "Classification": "task: classification | query: ",
    "InstructionRetrieval": "task: code retrieval | query: ",
    "MultilabelClassification": "task: classification | query: ",
    "PairClassification": "task: sentence similarity | query: ",
    "Reranking": "task: search result | query: ",
    "Retrieval": "task: search result | query: ",
    "Retrieval-query": "task: search result | query: ",
    "Retrieval-document": "title: none | text: ",
    "STS": "task: sentence similarity | query: ",
    "Summarization": "task: summarization | query: ",
}


@pytest.mark.parametrize("name", CONFIGURED)
def test_the_names_of_the_configuration_select_its_prompts(name):
    assert prompts.apply(tasks.known(name), ["a"]) == [f"{CONFIGURED[name]}a"]


def test_the_page_of_the_clients_has_the_names_of_the_configuration_with_their_prompts():
    page = (Path(__file__).parents[3] / "docs" / "clients.md").read_text(encoding="utf-8")
    told = page.split("## Prompts of the model's configuration", 1)[1].split("```text\n", 1)[1].split("```", 1)[0]
    rows = [line.split(": ", 1) for line in told.splitlines()]
    assert {name: f"{prompt} " for names, prompt in rows for name in names.split(", ")} == CONFIGURED


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("passage", "search_document"),
        ("Passage", "search_document"),
        ("retrieval.query", "search_query"),
        ("retrieval.passage", "search_document"),
        ("text-matching", "semantic_similarity"),
        ("separation", "clustering"),
        ("code.query", "code_retrieval"),
        ("nl2code.passage", "search_document"),
        ("RETRIEVAL_DOCUMENT", "search_document"),
        ("CODE_RETRIEVAL_QUERY", "code_retrieval"),
        ("SEARCH_QUERY", "search_query"),
        ("Semantic Similarity", "semantic_similarity"),
        ("searchDocument", "search_document"),
        ("CodeRetrieval", "code_retrieval"),
        ("FactChecking", "fact_verification"),
        ("QuestionAnswering", "question_answering"),
        ("pair-classification", "semantic_similarity"),
        ("search_doc_ument", None),
        ("image", None),
        ("doc", None),
        ("", None),
        ("q" * 1_000_000, None),
    ],
)
def test_other_names_of_tasks_in_any_case(name, task):
    assert tasks.known(name) == task


def test_every_task_has_its_own_name_and_a_prompt():
    assert len(tasks.TASKS) == 8
    for task in tasks.TASKS:
        assert tasks.known(task) == tasks.full_name(task) == task
        assert prompts.apply(task, ["a"]) != ["a"]


@pytest.mark.parametrize("value", [None, 7, ["query"], {"a": 1}, "unknown"])
def test_a_value_that_names_no_task_stays_as_it_is(value):
    assert tasks.equal(value) == value
