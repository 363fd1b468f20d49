"""What is missing on an account, told from what wrangler says. Pure: text in, decisions out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DIMENSIONS = 768  # numbers in a vector of the model
METRIC = "cosine"
MAX_METADATA_INDEXES = 10  # of an index (Vectorize, Limits)
KEYS_SECRET = "API_KEYS"  # noqa: S105  # its name, not its value
MIN_KEY_CHARS = 16
_TYPES = ("string", "number", "boolean")


class DeployError(Exception):
    """The deployment can't go on; the message is one sentence to act on."""


@dataclass(frozen=True)
class Wanted:
    """What wrangler.toml asks for. Without an index there is nothing to create."""

    name: str
    index: str | None
    metadata_indexes: Mapping[str, str]
    wants_keys: bool

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Wanted":
        variables = config.get("vars", {})
        indexes = config.get("vectorize", [])
        return cls(
            name=config["name"],
            index=indexes[0]["index_name"] if indexes else None,
            metadata_indexes=metadata_indexes(variables.get("METADATA_INDEXES", "")),
            wants_keys=variables.get("AUTH", "on") != "off",
        )


def metadata_indexes(text: str) -> dict[str, str]:
    """Read METADATA_INDEXES: KEY:TYPE, with commas between."""
    found: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        key, _, kind = item.rpartition(":")
        if not key or kind not in _TYPES:
            raise DeployError(
                f"METADATA_INDEXES in wrangler.toml has {item!r}; each is KEY:TYPE of {', '.join(_TYPES)}."
            )
        found[key] = kind
    if len(found) > MAX_METADATA_INDEXES:
        raise DeployError(f"METADATA_INDEXES names {len(found)} keys; an index takes {MAX_METADATA_INDEXES}.")
    return found


def is_logged_in(whoami: str) -> bool:
    found = _json(whoami)
    return isinstance(found, dict) and found.get("loggedIn") is True


def needs_index(listing: str, name: str) -> bool:
    """Return whether the index must be created; DeployError if one of this name can't hold the model's vectors."""
    configs = {item.get("name"): item.get("config", {}) for item in _json(listing) or []}
    if name not in configs:
        return True
    size, metric = configs[name].get("dimensions"), configs[name].get("metric")
    if (size, metric) != (DIMENSIONS, METRIC):
        raise DeployError(
            f"The index {name} is there with {size} dimensions and metric {metric}; the model needs {DIMENSIONS} and "
            f"{METRIC}: put another index_name into wrangler.toml."
        )
    return False


def missing_metadata_indexes(listing: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the metadata indexes to create; DeployError if one is there with another type."""
    there = {item["propertyName"]: str(item["indexType"]).lower() for item in _json(listing) or []}
    for key, kind in wanted.items():
        if there.get(key, kind) != kind:
            raise DeployError(f"The metadata index {key} is there as {there[key]}, wrangler.toml says {kind}.")
    return {key: kind for key, kind in wanted.items() if key not in there}


def has_keys(listing: str) -> bool:
    return any(item.get("name") == KEYS_SECRET for item in _json(listing) or [])


def check_key(key: str) -> str:
    """Return a key that was given; DeployError for one that the service would refuse."""
    if len(key) < MIN_KEY_CHARS or not key.isascii() or "," in key or any(char.isspace() for char in key):
        raise DeployError(f"EMBEDDER_KEY must have {MIN_KEY_CHARS} or more characters, without commas and spaces.")
    return key


def address(lines: str) -> str | None:
    """Return the address of a deployment, told from the lines of wrangler's output file; None for routes only."""
    for entry in (_json(line) for line in lines.splitlines()):
        if isinstance(entry, dict) and entry.get("type") == "deploy":
            return next((target for target in entry.get("targets") or [] if target.startswith("https://")), None)
    return None


def _json(text: str) -> Any:  # noqa: ANN401
    """Read JSON that may have lines of another kind before it; None if there is none."""
    start = min((place for place in (text.find("["), text.find("{")) if place >= 0), default=0)
    try:
        return json.loads(text[start:])
    except ValueError:
        return None
