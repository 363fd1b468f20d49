"""Converts the arguments of an RPC call to the JSON of the same HTTP request, within the same limits."""

from collections.abc import Collection, Sequence

import msgspec

from embedder import decoding
from embedder.errors import EmbedderError, invalid
from embedder.settings import MAX_JSON_DEPTH


def to_json(names: tuple[str, ...], arguments: Sequence[object], limit: int) -> bytes:
    """Return the arguments as one JSON object. Positional arguments get `names`; an object of options may follow.

    Raises `invalid_request` if they are not plain data, and `payload_too_large` if they exceed `limit` bytes.
    """
    body = _named(names, list(arguments))
    if _size(body) > limit:
        raise _too_large(limit)
    try:
        encoded = msgspec.json.encode(body)
    except UnicodeEncodeError:
        decoding.reject_surrogates(body)
        raise
    except (TypeError, ValueError) as error:
        raise invalid(f"The arguments are not plain data: {error}.") from error
    if len(encoded) > limit:
        raise _too_large(limit)
    return encoded


def _named(names: tuple[str, ...], given: list[object]) -> dict[str, object]:
    while given and given[-1] is None:
        given.pop()
    fields = {name: value for name, value in zip(names, given, strict=False) if value is not None}
    rest = given[len(names) :]
    options = rest[0] if rest else {}
    if len(rest) > 1 or not isinstance(options, dict):
        raise invalid(f"Call this method with {', '.join([*names, 'an object of options'])}.", "options")
    return {**fields, **options}


def _size(body: object) -> int:
    """Return a lower bound of the size of `body` as JSON, in characters. Raises for nesting that is too deep.

    A container that is referenced several times counts several times, as in JSON, but is visited once per level, so
    the time is linear even if containers share their children. A cycle counts as nesting that is too deep.
    """
    levels: list[dict[int, Collection[object]]] = [{id(body): [body]}]
    while level := {id(child): _children(child) for part in levels[-1].values() for child in part if _is_nested(child)}:
        levels.append(level)
        if len(levels) > MAX_JSON_DEPTH + 1:
            raise invalid(f"The arguments are nested deeper than {MAX_JSON_DEPTH} levels.")
    sizes: dict[int, int] = {}
    for level in reversed(levels):
        sizes = {
            name: sum(_own_size(child) + sizes.get(id(child), 0) for child in part) for name, part in level.items()
        }
    return sizes[id(body)]


def _is_nested(value: object) -> bool:
    return isinstance(value, dict | list)


def _children(value: object) -> Collection[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _own_size(value: object) -> int:
    return 1 + len(value) if isinstance(value, str) else 1


def _too_large(limit: int) -> EmbedderError:
    return EmbedderError("payload_too_large", f"The arguments exceed the limit of {limit} bytes; send less.")
