"""The tasks of the model, and what others call them."""

import re
from collections.abc import Mapping
from typing import Literal, get_args

Task = Literal[
    "search_query",
    "search_document",
    "question_answering",
    "fact_verification",
    "classification",
    "clustering",
    "semantic_similarity",
    "code_retrieval",
    "summarization",
    "query",
    "document",
]
TASK_VALUES: tuple[str, ...] = get_args(Task)
QUERY, DOCUMENT, SIMILARITY = "search_query", "search_document", "semantic_similarity"
CODE = "code_retrieval"

_SHORT = {"query": QUERY, "document": DOCUMENT}
_UNLISTED = (*_SHORT, "summarization")  # it is in the model's configuration, but not in the model card
# Names of the field, here and in other services.
FIELDS = ("task", "task_type", "task_name", "input_type", "prompt_name", "embedding_task", "text_type")
TASKS: tuple[str, ...] = tuple(task for task in TASK_VALUES if task not in _UNLISTED)

_MAX_NAME_CHARS = 64
_SEPARATORS = re.compile(r"[^a-z0-9]+")
# Names in lower case, with "_" as the only separator, which also covers Google's task types.
_SPELLED: Mapping[str, str] = {
    **{task: _SHORT.get(task, task) for task in TASK_VALUES},
    # common
    "passage": DOCUMENT,
    "retrieval_query": QUERY,
    "retrieval_document": DOCUMENT,
    "search_result": QUERY,
    "fact_checking": "fact_verification",
    "sentence_similarity": SIMILARITY,
    "similarity": SIMILARITY,
    "code_retrieval_query": CODE,
    # Jina
    "retrieval_passage": DOCUMENT,
    "text_matching": SIMILARITY,
    "separation": "clustering",
    "code_query": CODE,
    "code_passage": DOCUMENT,
    "nl2code_query": CODE,
    "nl2code_passage": DOCUMENT,
    "qa_query": "question_answering",
    "qa_passage": DOCUMENT,
    # the prompts of the model's config_sentence_transformers.json that have other names, as
    # https://github.com/huggingface/transformers/blob/main/src/transformers/models/gemma3/convert_gemma3_weights.py
    # writes them (`task_prompts`)
    "bitext_mining": QUERY,
    "instruction_retrieval": CODE,
    "multilabel_classification": "classification",
    "pair_classification": SIMILARITY,
    "reranking": QUERY,
    "retrieval": QUERY,
    "sts": SIMILARITY,
}
# without a separator as well: `PairClassification`, `searchQuery`
_NAMES: Mapping[str, str] = {name.replace("_", ""): task for name, task in _SPELLED.items()} | dict(_SPELLED)


def full_name(task: str) -> str:
    """Return the full name of a task, which may be given by its short name."""
    return _SHORT.get(task, task)


def known(name: str) -> str | None:
    """Return the task with this name, in any case, with any separator or none; None for an unknown name."""
    return _NAMES.get(_SEPARATORS.sub("_", name.lower())) if len(name) <= _MAX_NAME_CHARS else None


def equal(value: object) -> object:
    """Return the task that a value of a request names; other values as they are."""
    return (known(value) or value) if isinstance(value, str) else value
