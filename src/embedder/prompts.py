"""EmbeddingGemma's prompts: which sentence goes in front of a text for which task. Pure text, no I/O.

Source of the prompts: the model card of google/embeddinggemma-300m, "Prompt Instructions".
"""

from collections.abc import Sequence

from embedder.errors import InvalidRequestError

DOCUMENT = "search_document"
QUERY = "search_query"
SIMILARITY = "semantic_similarity"

_PREFIXES = {
    QUERY: "task: search result | query: ",
    "question_answering": "task: question answering | query: ",
    "fact_verification": "task: fact checking | query: ",
    "classification": "task: classification | query: ",
    "clustering": "task: clustering | query: ",
    SIMILARITY: "task: sentence similarity | query: ",
    "code_retrieval": "task: code retrieval | query: ",
}
_SHORT = {"query": QUERY, "document": DOCUMENT}
TASKS: tuple[str, ...] = (QUERY, DOCUMENT, *[name for name in _PREFIXES if name != QUERY])
TASK_VALUES: tuple[str, ...] = (*TASKS, *_SHORT)

Titles = str | list[str] | None


def resolve(name: str | None, *, param: str = "task") -> str | None:
    """Return the full name of the task `name`, which may be a short value; None stays None (no prompt)."""
    if name is None:
        return None
    task = _SHORT.get(name, name)
    if task not in TASKS:
        raise InvalidRequestError(f"{param} is {name[:64]!r}; it must be one of {', '.join(TASK_VALUES)}.", param=param)
    return task


def apply(task: str | None, texts: list[str], titles: Titles = None) -> list[str]:
    """Put the prompt of `task` in front of every text. `titles` (one, or one per text) go into the document prompt."""
    if task == DOCUMENT:
        return [
            f"title: {title or 'none'} | text: {text}"
            for title, text in zip(_spread(titles, texts), texts, strict=True)
        ]
    if titles is not None:
        raise InvalidRequestError(f"title goes into the document prompt only: send task {DOCUMENT!r}.", param="title")
    if task is None:
        return texts
    prefix = _PREFIXES[task]
    return [prefix + text for text in texts]


def _spread(titles: Titles, texts: Sequence[str]) -> Sequence[str | None]:
    if titles is None or isinstance(titles, str):
        return [titles] * len(texts)
    if len(titles) != len(texts):
        raise InvalidRequestError(
            f"title holds {len(titles)} titles for {len(texts)} texts; send one, or one per text.", param="title"
        )
    return titles
