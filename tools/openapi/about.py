"""What the document says about a route beyond its Structs: tag, description, errors and examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What a route calls. It decides which errors are possible.
MODEL, INDEX = "model", "index"


@dataclass(frozen=True, kw_only=True)
class About:
    """A route.

    `examples` are request bodies by their title, `answer` is the response to the first of them, with its vectors
    shortened. `parameters` are the path and query parameters of the example. `errors` are codes that neither the
    Structs nor `uses` imply.
    """

    tag: str
    description: str = ""
    uses: frozenset[str] = frozenset()
    errors: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    answer: Any = None
    other_statuses: Mapping[str, str] = field(default_factory=dict)


CALLS_MODEL = frozenset({MODEL})
CALLS_INDEX = frozenset({INDEX})
CALLS_BOTH = frozenset({MODEL, INDEX})

# Three of the numbers of a vector. The examples of responses are shortened to them.
VECTOR = (-0.0461, 0.0273, 0.0119)
OTHER_VECTOR = (0.0102, -0.0587, 0.0364)
MARS = "Mars is often called the Red Planet."
CATS = "Cats sleep most of the day."
QUESTION = "Which planet is red?"
