"""Decodes JSON into request Structs. Errors name the path of the field at fault and list the valid choices."""

import codecs
import json
import re
from collections.abc import Iterator, Set
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from embedder.errors import EmbedderError, invalid
from embedder.names.adaptation import Unknown, adapted, parts_of

_PATH = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_TOO_MANY = re.compile(r"Expected `array` of length <= (\d+)")
_TOO_FEW = re.compile(r"Expected `array` of length >= 1$")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]{0,64})")
_HALF_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")
_MAX_NAME_CHARS = 64
_MAX_SENTENCE_CHARS = 200  # the sentence may quote the request
_MAX_STEPS = 20_000  # of the search for half a surrogate pair
_MAX_ERROR_CHARS = 100_000  # of an error of msgspec that quotes a name or a word: there is no memory to read it twice


@cache
def decoder(kind: Any) -> "msgspec.json.Decoder[Any]":  # noqa: ANN401
    """Return the cached decoder of a Struct."""
    return msgspec.json.Decoder(kind)


def decode(body: bytes, kind: Any, unknown: Unknown | None = None) -> Any:  # noqa: ANN401
    """Decode `body` into the Struct `kind`. Raises `invalid_json`, `invalid_request` or `batch_too_large`.

    Without `unknown`, a field that the Struct lacks is an error. With it, such fields are passed to `unknown` and left
    out, names may be written in another case, and null is the default of an optional field. Only a body that is not
    exactly as the Struct wants it is read twice.
    """
    try:
        try:
            return decoder(kind).decode(body)
        except msgspec.ValidationError as error:
            if len(message := str(error)) > _MAX_ERROR_CHARS:
                raise _explained(message, kind) from None
        return msgspec.convert(adapted(msgspec.json.decode(body), kind, unknown), kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error), kind) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if body.startswith(codecs.BOM_UTF8) and body[:6] != 2 * codecs.BOM_UTF8:
            return decode(body[3:], kind, unknown)
        if not body.strip():
            raise EmbedderError("invalid_json", "The body is empty; send a JSON object.") from error
        with suppress(ValueError, RecursionError):
            if _HALF_PAIR.search(body):
                reject_surrogates(json.loads(body))
        raise EmbedderError("invalid_json", f"The body is not JSON in UTF-8: {error}.") from error
    except RecursionError as error:
        raise EmbedderError("invalid_json", "The body is nested too deeply.") from error


def convert(value: object, kind: Any) -> Any:  # noqa: ANN401
    """Return decoded JSON as the Struct `kind`. Raises the errors of `decode`."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _explained(str(error), kind) from error


def names(body: bytes) -> Set[str]:
    """Return the names of the members of an object; none for a body that is no object."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decoder(dict[str, msgspec.Raw]).decode(body.removeprefix(codecs.BOM_UTF8)).keys()  # type: ignore[no-any-return]
    return frozenset()


def reject_surrogates(value: object) -> None:
    """Raise `invalid_request`, with the path, if a string in `value` contains a lone surrogate.

    Of a body with very many values, only a part is searched.
    """
    waiting = [(value, "")]
    for _ in range(_MAX_STEPS):
        if not waiting:
            return
        part, path = waiting.pop()
        if isinstance(part, str):
            try:
                part.encode()
            except UnicodeEncodeError:
                raise invalid(f"{path or 'The body'} contains a lone surrogate.", path or None) from None
        waiting.extend(islice(_children(part, path), _MAX_STEPS))


def _children(value: object, path: str) -> Iterator[tuple[object, str]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield name, path
            yield child, f"{path}.{name}".lstrip(".")[:_MAX_NAME_CHARS]
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield child, f"{path}[{index}]"


def _explained(message: str, kind: Any) -> EmbedderError:  # noqa: ANN401
    """Return the error for a message of msgspec, which ends with the path."""
    match = _PATH.search(message)
    path = match[1].replace("[...]", "") if match else ""
    end = match.start() if match else len(message)
    sentence = message[: min(end, _MAX_SENTENCE_CHARS)].replace("`", "")
    types = _types_at(kind, path)
    if unknown := _UNKNOWN.match(message):
        return invalid(_unknown_field(unknown[1], path, types), path or None)
    if choices := _choices(types) if "Invalid enum value" in message else "":
        return invalid(f"{path} is {sentence.removeprefix('Invalid enum value ')}; it must be one of {choices}.", path)
    limits = next((meta for meta in types if isinstance(meta, msgspec.Meta) and meta.max_length), None)
    if _TOO_MANY.match(message) and limits:
        sentence = f"{path or 'The body'} has too many items; the limit is {limits.max_length} per request."
        return EmbedderError("batch_too_large", sentence, param=path)
    if _TOO_FEW.match(message[: match.start()] if match else message) and limits:
        return invalid(f"{path or 'The body'} is empty; send 1 to {limits.max_length} items.", path or None)
    return invalid(f"{path}: {sentence}." if path else f"{sentence}.", path or None)


def _unknown_field(name: str, path: str, types: list[Any]) -> str:
    structs = (part for part in types if isinstance(part, type) and issubclass(part, msgspec.Struct))
    known = [field.encode_name for struct in structs for field in msgspec.structs.fields(struct)]
    choices = f"the fields are {', '.join(known)}" if known else "there are none"
    return f"Unknown field {path}.{name}; {choices}." if path else f"Unknown field {name}; {choices}."


def _choices(types: list[Any]) -> str:
    return ", ".join(str(value) for kind in types if get_origin(kind) is Literal for value in get_args(kind))


def _types_at(kind: Any, path: str) -> list[Any]:  # noqa: ANN401
    """Return all types at a path of a Struct, including members of unions and constraints."""
    types = list(parts_of(kind))
    for name in re.findall(r"\w+", re.sub(r"\[\d*\]", "", path)):
        structs = [part for part in types if isinstance(part, type) and issubclass(part, msgspec.Struct)]
        hints = get_type_hints(structs[0], include_extras=True) if structs else {}
        fields = msgspec.structs.fields(structs[0]) if structs else ()
        types = [part for field in fields if field.encode_name == name for part in parts_of(hints[field.name])]
    return types
