"""Reads variables of the Worker, which are text."""

from collections.abc import Mapping


def integer(env: Mapping[str, object], name: str, default: int, low: int, high: int, faults: list[str]) -> int:
    """Return the integer in the variable `name`. One that is invalid adds a sentence to `faults`."""
    raw = str(env.get(name, default)).strip()
    if raw.isascii() and raw.isdigit() and low <= int(raw[:12]) <= high:
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
