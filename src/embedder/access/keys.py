"""The secret API_KEYS: JSON entries with digests, or `name:key` pairs."""

import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from embedder.access.scopes import FULL, MAX_NAMESPACE_BYTES, Access, ScopeName

MIN_KEY_CHARS = 16  # of a key in a pair; a digest does not reveal the length of its key
_OF_NOTHING = frozenset(sha256(text).digest() for text in (b"", b"\n"))  # of a variable that was not set
_PATH = re.compile(r"`\$\[(\d+)\](?:\.(\w+))?")
_PAIRS = f"API_KEYS must hold name:key pairs with keys of at least {MIN_KEY_CHARS} ASCII characters, or a JSON array."
_JSON = "API_KEYS must be a JSON array of at least one object."
_RULES = {
    "name": "must have 1 to 64 characters",
    "sha256": "must be the SHA-256 digest of the key: 64 hexadecimal digits",
    "scopes": "must be a list of embed, search and write, with at least one of them",
    "namespaces": f"must be a list of at least one namespace with 1 to {MAX_NAMESPACE_BYTES} bytes; without it, all",
    "expires": "must be the last day of the key, such as 2027-01-31",
}
_FIELDS = "must be an object with name, sha256 and scopes, and optionally namespaces and expires"


class KeysError(ValueError):
    """The value is not valid. The message never quotes it."""


class Key(Struct, frozen=True):
    """A key. It is kept as the SHA-256 digest; `ends_ms` is its end, in milliseconds since the epoch."""

    name: str
    digest: bytes
    access: Access
    ends_ms: float | None = None

    def has_expired(self, now_ms: float) -> bool:
        return self.ends_ms is not None and now_ms >= self.ends_ms


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-fA-F]{64}\Z")]
    scopes: Annotated[list[ScopeName], Meta(min_length=1)]
    namespaces: Annotated[list[str], Meta(min_length=1)] | UnsetType = UNSET
    expires: date | UnsetType = UNSET


def parse(text: str) -> tuple[Key, ...]:
    """Return the keys in a value of API_KEYS. Raises KeysError."""
    plain = text.strip()
    return _entries(plain) if plain[:1] in ("[", "{") else _pairs(plain)


def matching(keys: tuple[Key, ...], presented: str) -> Key | None:
    """Return the key that a caller has presented. All digests are compared, always, each in constant time."""
    digest = sha256(presented.encode()).digest()
    matches = [key for key in keys if compare_digest(key.digest, digest)]
    return matches[0] if matches and presented else None


def _pairs(text: str) -> tuple[Key, ...]:
    """Parse `name:key` pairs, separated by commas or white space. These keys may do everything."""
    pairs = [item.partition(":") for item in text.replace(",", " ").split()]
    if any(not (colon and name and len(key) >= MIN_KEY_CHARS and key.isascii()) for name, colon, key in pairs):
        raise KeysError(_PAIRS)
    if len({key for _, _, key in pairs}) < len({(name, key) for name, _, key in pairs}):
        raise KeysError("API_KEYS has one key under two names; remove one of them.")
    return tuple(Key(name, sha256(key.encode()).digest(), FULL) for name, _, key in pairs)


def _entries(text: str) -> tuple[Key, ...]:
    try:
        entries = msgspec.json.decode(text, type=Annotated[list[_Entry], Meta(min_length=1)])
    except msgspec.ValidationError as error:
        raise KeysError(_explained(str(error))) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise KeysError(_JSON) from None
    keys = tuple(_key(entry, index) for index, entry in enumerate(entries))
    _reject_repeated(keys)
    return keys


def _explained(message: str) -> str:
    """Return a sentence with the path of an error of msgspec, whose own sentence may quote the value."""
    match = _PATH.search(message)
    if not match:
        return _JSON
    index, name = match.groups()
    return f"API_KEYS[{index}].{name} {_RULES[name]}." if name in _RULES else f"API_KEYS[{index}] {_FIELDS}."


def _key(entry: _Entry, index: int) -> Key:
    namespaces = None if entry.namespaces is UNSET else frozenset(entry.namespaces)
    if namespaces and any(not 1 <= len(name.encode()) <= MAX_NAMESPACE_BYTES for name in namespaces):
        raise KeysError(f"API_KEYS[{index}].namespaces {_RULES['namespaces']}.")
    if bytes.fromhex(entry.sha256) in _OF_NOTHING:
        raise KeysError(f"API_KEYS[{index}].sha256 is the digest of an empty text; make a key, and its digest.")
    access = Access(frozenset(entry.scopes), namespaces)
    return Key(entry.name, bytes.fromhex(entry.sha256), access, _end(entry.expires))


def _end(last_day: date | UnsetType) -> float | None:
    """Return the end of a day, UTC."""
    if last_day is UNSET:
        return None
    begin = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC)
    return (begin.timestamp() + timedelta(days=1).total_seconds()) * 1000


def _reject_repeated(keys: tuple[Key, ...]) -> None:
    """Reject a key with two entries: it would not be clear what it may do."""
    seen: dict[bytes, int] = {}
    for index, key in enumerate(keys):
        first = seen.setdefault(key.digest, index)
        if first != index:
            raise KeysError(f"API_KEYS[{index}].sha256 is the same as in API_KEYS[{first}]; remove one of them.")
