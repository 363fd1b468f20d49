"""The variables of the binding `BATCHER`, through which requests of few texts share calls of the model."""

from collections.abc import Mapping

import msgspec

from embedder.variables import integer, switch

VARIABLES = (
    "BATCHER_TEXTS",
    "BATCHER_SHARDS",
    "BATCHER_CALLS",
    "BATCHER_CACHE_BYTES",
    "BATCHER_CACHE_BOUND_KEYS",
    "BATCHER_LOCATION",
)
_MIB = 1024 * 1024
# Durable Objects, "Data location": hints for the region in which an object is created
_LOCATIONS = ("", "wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me")


class Batching(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests share calls, and where. They are documented in docs/configuration.md."""

    texts: int = 8  # largest request that shares calls
    shards: int = 1  # objects; each text has its own by its hash
    calls: int = 2  # in flight for one object
    cache_bytes: int = 16 * _MIB  # of vectors that an object keeps; 0: none
    cache_for_all: bool = False  # also for keys that are bound to namespaces
    location: str = ""  # region of the objects; "": near the first caller


def from_env(env: Mapping[str, object], faults: list[str]) -> Batching:
    """Check the variables. Each invalid one adds a sentence to `faults`."""
    return Batching(
        texts=integer(env, "BATCHER_TEXTS", 8, 1, 100, faults),
        shards=integer(env, "BATCHER_SHARDS", 1, 1, 64, faults),
        calls=integer(env, "BATCHER_CALLS", 2, 1, 6, faults),
        cache_bytes=integer(env, "BATCHER_CACHE_BYTES", 16 * _MIB, 0, 48 * _MIB, faults),
        cache_for_all=switch(env, "BATCHER_CACHE_BOUND_KEYS", faults),
        location=_location(env, faults),
    )


def _location(env: Mapping[str, object], faults: list[str]) -> str:
    value = str(env.get("BATCHER_LOCATION", ""))
    if value not in _LOCATIONS:
        faults.append(f"BATCHER_LOCATION must be one of {', '.join(_LOCATIONS[1:])}.")
        return ""
    return value
