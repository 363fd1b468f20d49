"""EmbeddingGemma's prompts: the prefix of a text for each task.

Source of the prompts: the model card of google/embeddinggemma-300m, "Prompt Instructions", and its configuration for
Sentence Transformers (see `names/tasks.py`).
"""

from collections.abc import Sequence

from embedder.errors import invalid
from embedder.names.tasks import CODE, DOCUMENT, QUERY, SIMILARITY

_PREFIXES = {
    QUERY: "task: search result | query: ",
    "question_answering": "task: question answering | query: ",
    "fact_verification": "task: fact checking | query: ",
    "classification": "task: classification | query: ",
    "clustering": "task: clustering | query: ",
    SIMILARITY: "task: sentence similarity | query: ",
    CODE: "task: code retrieval | query: ",
    "summarization": "task: summarization | query: ",
}

Titles = str | list[str] | None
MAX_REPEATED_CHARS = 1_000_000  # of a title that every text gets, in all of them together


def apply(task: str | None, texts: list[str], titles: Titles = None) -> list[str]:
    """Add the prompt of `task` to every text. `titles` (one, or one per text) are part of the document prompt."""
    if task == DOCUMENT:
        pairs = zip(_one_per_text(titles, texts), texts, strict=True)
        return [f"title: {title or 'none'} | text: {text}" for title, text in pairs]
    if titles is not None:
        raise invalid(f"title is only part of the document prompt: send task {DOCUMENT!r}.", "title")
    if task is None:
        return texts
    prefix = _PREFIXES[task]
    return [prefix + text for text in texts]


def repeated_chars(texts: Sequence[str], titles: Titles) -> int:
    """Return how many characters one title adds to several texts. Raises `invalid_request` if they are too many."""
    if not isinstance(titles, str) or len(texts) == 1:
        return 0
    if (size := len(titles) * len(texts)) > MAX_REPEATED_CHARS:
        limit = f"{MAX_REPEATED_CHARS:,} characters in all {len(texts)} texts"
        raise invalid(f"title has {len(titles)} characters; one title may have {limit}. Shorten it.", "title")
    return size


def _one_per_text(titles: Titles, texts: Sequence[str]) -> Sequence[str | None]:
    if titles is None or isinstance(titles, str):
        return [titles] * len(texts)
    if len(titles) != len(texts):
        message = f"title has {len(titles)} items for {len(texts)} texts; send one, or one per text."
        raise invalid(message, "title")
    return titles
