"""The published figures, and whether the model adds prompts itself."""

import json
from collections.abc import Mapping
from itertools import combinations
from typing import TypeVar

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.model import figures
from embedder_cli.doctor.results import Result, verdict
from embedder_cli.doctor.vectors import Vector, cosine, same, worst

K = TypeVar("K", int, str)

_ADDED = (
    "Texts without a prompt have the figures of texts with a prompt: the model adds prompts itself. Send texts without "
    "a task, or switch that off."
)
_CHANGED = (
    "With task search_query, the vector is not that of the text with its prompt. Look for what changes prompts on the "
    "way."
)
_LOOK = "Look for what changes the texts on their way."
_REMOVED = f"A text has the same vector with and without its prompt: something removes it. {_LOOK}"


def without_prompts(endpoint: Endpoint) -> Result:
    """Check the published cosines of two texts at all four sizes."""
    found = {}
    for size in figures.SIZES:
        left, right = endpoint.embed([figures.QUESTION, figures.ANSWER], dimensions=size)
        found[size] = cosine(left, right)
    return _compared("figures without prompts", found, figures.DEEP_LEARNING)


def with_prompts(endpoint: Endpoint) -> Result:
    """Check the published cosines of a query and four sentences, with the prompts that the service adds."""
    found = {}
    expected = {}
    for size, published in figures.RED_PLANET.items():
        [query] = endpoint.embed([figures.PLANET_QUERY], task="search_query", dimensions=size)
        documents = endpoint.embed(figures.PLANETS, task="search_document", dimensions=size)
        for name, document, value in zip(("Venus", "Mars", "Jupiter", "Saturn"), documents, published, strict=True):
            found[f"{name} {size}"] = cosine(query, document)
            expected[f"{name} {size}"] = value
    return _compared("figures with prompts", found, expected)


def _compared(check: str, found: dict[K, float], expected: dict[K, float]) -> Result:
    distance = worst([*found.values()], [*expected.values()])
    named = {str(name): {"found": round(found[name], 4), "published": expected[name]} for name in found}
    return verdict(
        check,
        distance <= figures.TOLERANCE,
        f"{len(found)} published cosines match (largest difference: {distance:.4f}; allowed: {figures.TOLERANCE}).",
        f"{_misses(found, expected)}: these differ from the published figures (allowed: {figures.TOLERANCE}). It is "
        "another model, or another pooling: do not mix its vectors with stored ones.",
        cosines=named,
    )


def _misses(found: dict[K, float], expected: dict[K, float]) -> str:
    wrong = [name for name in found if abs(found[name] - expected[name]) > figures.TOLERANCE]
    return ", ".join(f"{name} {found[name]:.4f} (published {expected[name]})" for name in wrong[:4])


def own_prompts(endpoint: Endpoint) -> Result:
    """Check that the service adds a prompt if the task asks for one, and that the model adds none itself."""
    prompts = (figures.QUERY_PROMPT, figures.DOCUMENT_PROMPT, *figures.OTHER_PROMPTS)
    texts = [figures.PLANET_QUERY, *figures.PLANETS, *(prompt + figures.PLANET_QUERY for prompt in prompts)]
    plain = endpoint.embed(texts)
    asked = endpoint.embed([figures.PLANET_QUERY], task="search_query")[0]
    by_hand = endpoint.embed([figures.QUERY_PROMPT + figures.PLANET_QUERY])[0]
    prompted = dict(zip(prompts, plain[1 + len(figures.PLANETS) :], strict=True))
    cosines = [cosine(plain[0], document) for document in plain[1 : 1 + len(figures.PLANETS)]]
    if worst(cosines, figures.RED_PLANET[768]) <= figures.TOLERANCE:
        return verdict("prompts", False, _ADDED, unprompted=cosines)
    if not same(asked, by_hand):
        return verdict("prompts", False, _CHANGED)
    return _prompted(plain[0], asked, prompted)


def _prompted(plain: Vector, asked: Vector, prompted: Mapping[str, Vector]) -> Result:
    equal = [pair for pair in combinations(prompted, 2) if same(prompted[pair[0]], prompted[pair[1]])]
    if equal and not same(plain, asked):
        left, right = (json.dumps(prompt) for prompt in equal[0])
        return verdict("prompts", False, f"A text has the same vector with the prompts {left} and {right}. {_LOOK}")
    apart = cosine(plain, asked)
    return verdict(
        "prompts",
        not same(plain, asked),
        f"Added only if the task asks for one (cosine with and without: {apart:.3f}).",
        _REMOVED,
        with_and_without=round(apart, 4),
    )
