"""Strict JSON: UTF-8, no duplicate keys, no unknown fields; every fault named by its path. No I/O."""

import json
import re
from functools import cache
from typing import Any

import msgspec

from embedder.errors import EmbedderError, InvalidJsonError, InvalidRequestError

# A key written with an escape could be a second copy that a search for the plain key misses.
_ESCAPED_ASCII = re.compile(rb"\\u00[2-7]")
_PATH = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")


@cache
def decoder(kind: Any) -> "msgspec.json.Decoder[Any]":  # noqa: ANN401
    """Return the decoder of a Struct, made once."""
    return msgspec.json.Decoder(kind)


def decode(body: bytes, kind: Any) -> Any:  # noqa: ANN401
    """Decode `body` into the Struct `kind`; InvalidJsonError or InvalidRequestError with the path of the fault."""
    if not body.strip():
        raise InvalidJsonError("The body is empty; send a JSON object.")
    try:
        value = decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidJsonError(f"The body is not JSON in UTF-8: {error}.") from error
    except RecursionError as error:
        raise InvalidJsonError("The body is nested too deeply.") from error
    _refuse_duplicates(body, kind)
    return value


def _invalid(message: str) -> EmbedderError:
    found = _PATH.search(message)
    path = found[1] if found else ""
    sentence = message[: found.start()] if found else message
    where = f"{path}: " if path else ""
    return InvalidRequestError(f"{where}{sentence.replace('`', '')}.", param=path or None)


def _refuse_duplicates(body: bytes, kind: Any) -> None:  # noqa: ANN401
    """msgspec keeps the last of two equal keys; which one was meant is not ours to guess.

    Only a body that may hold a key twice is read a second time.
    """
    names = kind.__struct_encode_fields__
    flat = body.count(b"{") == 1 and not _ESCAPED_ASCII.search(body)
    if flat and all(body.count(b'"%b"' % name.encode()) <= 1 for name in names):
        return
    json.loads(body, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidRequestError(f"{twice[:64]} is there twice; send every key once.", param=twice[:64])
    return found
