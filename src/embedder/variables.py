"""Reads variables of the Worker, which are text, and checks what its bindings are."""

from collections.abc import Mapping

_MAX_DIGITS = 12
# name of a binding -> what it must be, and a method that tells it from others
_BINDINGS = {
    "AI": ("Workers AI: [ai]", "run"),
    "VECTORIZE": ("an index: [[vectorize]]", "query"),
    "RATE_LIMITER": ("a rate limiter: [[ratelimits]]", "limit"),
    "INGEST": ("a queue: [[queues.producers]]", "sendBatch"),
    "INGEST_FAILED": ("a queue: [[queues.producers]]", "sendBatch"),
    "BATCHER": ("a Durable Object: [[durable_objects.bindings]]", "getByName"),
    "ASSETS": ("the static files: [assets]", "fetch"),
}


def integer(env: Mapping[str, object], name: str, default: int, low: int, high: int, faults: list[str]) -> int:
    """Return the integer in the variable `name`. One that is invalid adds a sentence to `faults`."""
    raw = str(env.get(name, default)).strip()
    if raw.isascii() and raw.isdigit() and len(raw) <= _MAX_DIGITS and low <= int(raw) <= high:
        return int(raw)
    faults.append(f"{name} must be an integer from {low} to {high}.")
    return default


def switch(env: Mapping[str, object], name: str, faults: list[str], *, default: str = "off") -> bool:
    """Return whether the variable `name` is "on". One that is neither "on" nor "off" adds a sentence to `faults`."""
    value = env.get(name, default)
    if value not in ("on", "off"):
        faults.append(f'{name} must be "on" or "off".')
        return default == "on"
    return value == "on"


def wrong_bindings(env: object) -> list[str]:
    """Return a sentence for each binding that is something else, such as a variable of its name."""
    bound = {name: getattr(env, name, None) for name in _BINDINGS}
    return [
        f"The binding {name} must be {kind} in wrangler.toml; it is something else."
        for name, (kind, method) in _BINDINGS.items()
        if bound[name] is not None and not callable(getattr(bound[name], method, None))
    ]
