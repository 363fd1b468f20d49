"""The value of API_KEYS: entries with digests. Pure: text in, text out. A wrong value would stop the whole service."""

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

SCOPES = ("embed", "search", "write")
MIN_KEY_CHARS = 16
MAX_NAME_CHARS = 64
MAX_NAMESPACE_BYTES = 64  # Vectorize, Limits
MAX_VALUE_BYTES = 5 * 1024  # of a variable or secret (Workers, Limits)
_KEY_BYTES = 32
_REQUIRED, _OPTIONAL = {"name", "sha256", "scopes"}, {"namespaces", "expires"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

Entry = Mapping[str, Any]


class EntriesError(Exception):
    """A value that the service would reject; the message is one sentence, and quotes no key."""


def new_key() -> str:
    """Return a new random key of 32 bytes, as URL-safe base64."""
    return secrets.token_urlsafe(_KEY_BYTES)


def digest(key: str) -> str:
    """Return the SHA-256 digest of a key, as an entry of API_KEYS has it."""
    return sha256(key.encode()).hexdigest()


def entry(
    name: str,
    key: str,
    scopes: Sequence[str] = SCOPES,
    namespaces: Sequence[str] | None = None,
    expires: str | None = None,
) -> Entry:
    """Return a checked entry."""
    made: dict[str, Any] = {"name": name, "sha256": digest(key), "scopes": list(scopes)}
    if namespaces is not None:
        made["namespaces"] = list(namespaces)
    if expires is not None:
        made["expires"] = expires
    check(made, "The key")
    return made


def as_text(entries: Iterable[Entry]) -> str:
    """Return the value of API_KEYS. Raises EntriesError for one that Cloudflare would reject."""
    text = json.dumps(list(entries), ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > MAX_VALUE_BYTES:
        raise EntriesError(f"API_KEYS would have {len(text.encode())} bytes; a secret holds {MAX_VALUE_BYTES}.")
    return text


def read(text: str) -> list[Entry]:
    """Read a value of API_KEYS. Its `name:key` pairs become entries."""
    plain = text.strip()
    entries = _listed(plain) if plain[:1] in ("[", "{") else _from_pairs(plain)
    if not entries:
        raise EntriesError("The value of API_KEYS has no entry.")
    if len({item["sha256"].lower() for item in entries}) < len(entries):
        raise EntriesError("The value of API_KEYS has a key twice.")
    return entries


def _listed(text: str) -> list[Entry]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EntriesError("The value of API_KEYS is not JSON.") from error
    if not isinstance(found, list):
        raise EntriesError("The value of API_KEYS is not a JSON array.")
    for number, item in enumerate(found):
        check(item, f"API_KEYS[{number}]")
    return found


def _from_pairs(text: str) -> list[Entry]:
    pairs = [item.partition(":") for item in text.replace(",", " ").split()]
    if any(not (name and len(key) >= MIN_KEY_CHARS) for name, _, key in pairs):
        raise EntriesError(f"API_KEYS holds name:key pairs with keys of at least {MIN_KEY_CHARS} characters, or JSON.")
    return [entry(name, key) for name, _, key in pairs]


def check(item: Any, place: str) -> None:  # noqa: ANN401
    """Raise EntriesError for an entry that the service would reject."""
    if not isinstance(item, dict) or not _REQUIRED <= item.keys() <= _REQUIRED | _OPTIONAL:
        raise EntriesError(f"{place} must have name, sha256 and scopes, and may have namespaces and expires.")
    if not isinstance(item["name"], str) or not 1 <= len(item["name"]) <= MAX_NAME_CHARS:
        raise EntriesError(f"{place}: the name must have 1 to {MAX_NAME_CHARS} characters.")
    if not isinstance(item["sha256"], str) or not re.fullmatch(r"[0-9a-fA-F]{64}", item["sha256"]):
        raise EntriesError(f"{place}: sha256 must have 64 hexadecimal digits.")
    if not _strings(item["scopes"]) or not set(item["scopes"]) <= set(SCOPES):
        raise EntriesError(f"{place}: scopes must name at least one of {', '.join(SCOPES)}, and nothing else.")
    spaces = item.get("namespaces", ["one"])
    if not _strings(spaces) or not all(1 <= len(_utf8(space)) <= MAX_NAMESPACE_BYTES for space in spaces):
        raise EntriesError(f"{place}: a namespace has 1 to {MAX_NAMESPACE_BYTES} bytes.")
    if "expires" in item and not _is_day(item["expires"]):
        raise EntriesError(f"{place}: expires must be a date such as 2027-01-31.")


def _strings(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(item, str) for item in found)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_day(found: object) -> bool:
    try:
        return isinstance(found, str) and bool(_DAY.fullmatch(found)) and bool(date.fromisoformat(found))
    except ValueError:
        return False
