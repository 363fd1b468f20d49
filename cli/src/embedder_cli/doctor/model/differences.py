"""Small differences between texts that the model reads, and the company of other texts, which it does not."""

from collections.abc import Sequence

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import recorded
from embedder_cli.doctor.model.filler import filler
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import cosine, same

BATCH = 100  # texts: the most in one call of the model
_PLACES = (0, BATCH // 2, BATCH - 1)

# What differs -> two texts. White space is not at the ends, where some servers of the model remove it.
PAIRS = {
    "white space": ("if ready:\n    start()\n    stop()", "if ready: start() stop()"),
    "spaces": ("name    year  place", "name year place"),
    "case": ("The US Army asked Polish Bill to help us.", "the us army asked polish bill to help us."),
    "the last token": ("The answer to this question is yes", "The answer to this question is no"),
}


def seen(endpoint: Endpoint) -> Result:
    """Check that texts with a small difference have different vectors."""
    rows = endpoint.embed([text for pair in PAIRS.values() for text in pair])
    found = {name: (rows[2 * at], rows[2 * at + 1]) for at, name in enumerate(PAIRS)}
    ignored = [name for name, pair in found.items() if same(*pair)]
    return verdict(
        "small differences",
        not ignored,
        f"Each of these changes a vector: {', '.join(PAIRS)}.",
        f"The model ignores {', '.join(ignored)}: two texts that differ in nothing else have the same vector.",
        cosines={name: round(cosine(*pair), 4) for name, pair in found.items()},
    )


def alone_and_in_a_batch(endpoint: Endpoint) -> Result:
    """Check that a text has the same vector alone and among 99 others, which are shorter and longer."""
    texts = [*recorded.vectors()][: len(_PLACES)]
    alone = [endpoint.embed([text])[0] for text in texts]
    rows = endpoint.embed(_batch(texts))
    cosines = [cosine(one, rows[place]) for one, place in zip(alone, _PLACES, strict=True)]
    lowest = min(cosines)
    return verdict(
        "batches",
        lowest >= recorded.LEAST,
        f"A text has the same vector alone and in a batch of {BATCH} (lowest cosine: {lowest:.4f}).",
        f"A text has one vector alone and another in a batch of {BATCH} (cosine: {lowest:.4f}; at least: "
        f"{recorded.LEAST}).",
        cosines=[round(value, 4) for value in cosines],
    )


def _batch(texts: Sequence[str]) -> list[str]:
    """Return 100 texts of 1 to 100 words, with `texts` at their places."""
    placed = dict(zip(_PLACES, texts, strict=True))
    return [placed.get(place) or filler(place + 1) for place in range(BATCH)]
