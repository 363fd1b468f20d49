"""Reads and validates the variables of the Vectorize emulator."""

from collections.abc import Mapping

import msgspec

VARIABLES = ("DIMENSIONS", "METRIC", "METADATA_INDEXES", "VISIBILITY_DELAY_MS")
MAX_PROPERTIES = 10
METRICS = ("cosine", "euclidean", "dot-product")
PROPERTY_TYPES = ("string", "number", "boolean")
MAX_DIMENSIONS = 1536
# Long enough that a read directly after a write misses it, as with the live service, where this takes seconds to
# minutes. Short enough not to slow down development.
VISIBILITY_DELAY_MS = 300


class Settings(msgspec.Struct, frozen=True):
    """The configuration of an index. `properties` are the metadata indexes: dotted key -> type."""

    dimensions: int = 768
    metric: str = "cosine"
    delay_ms: float = VISIBILITY_DELAY_MS
    properties: dict[str, str] = {}


def from_variables(variables: Mapping[str, str]) -> Settings:
    """Return the settings. Raises ValueError if a variable is invalid. An empty variable counts as unset."""
    given = {name: value.strip() for name, value in variables.items() if value.strip()}
    metric = given.get("METRIC", "cosine")
    if metric not in METRICS:
        raise ValueError(f"METRIC is {metric!r}; it must be one of {', '.join(METRICS)}.")
    return Settings(
        dimensions=_whole("DIMENSIONS", given.get("DIMENSIONS", "768"), 1, MAX_DIMENSIONS),
        metric=metric,
        delay_ms=_whole("VISIBILITY_DELAY_MS", given.get("VISIBILITY_DELAY_MS", str(VISIBILITY_DELAY_MS)), 0, 600_000),
        properties=_properties(given.get("METADATA_INDEXES", "")),
    )


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise ValueError(f"{name} is {text!r}; it must be a whole number from {least} to {most}.")
    return int(text)


def _properties(text: str) -> dict[str, str]:
    pairs = [each.strip().rpartition(":") for each in text.split(",") if each.strip()]
    for name, _, type_ in pairs:
        if not name or type_ not in PROPERTY_TYPES:
            raise ValueError(
                f"METADATA_INDEXES has {name}:{type_}; each must be KEY:TYPE of {', '.join(PROPERTY_TYPES)}."
            )
    for name in {name for name, _, _ in pairs}:
        if len({type_ for other, _, type_ in pairs if other == name}) > 1:
            raise ValueError(f"METADATA_INDEXES has {name} with two types; remove one of them.")
    if len(pairs) > MAX_PROPERTIES:
        raise ValueError(f"METADATA_INDEXES has {len(pairs)} keys; the limit of an index is {MAX_PROPERTIES}.")
    return {name: type_ for name, _, type_ in pairs}
