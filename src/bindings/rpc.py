"""Converts calls of other Workers. Arguments reach Python as JSON, like the body of an HTTP request."""

from functools import partial
from typing import Any

import js
import workers
from pyodide.ffi import to_js
from workers import import_from_javascript

from bindings.lifetime import Lifetime
from embedder.errors import EmbedderError, busy, invalid
from embedder.ports import Arguments
from embedder.rpc import Reply
from embedder.settings import LARGE_BYTES, MAX_JSON_DEPTH, MAX_JSON_KEYS, MAX_JSON_VALUES

_js = import_from_javascript("bindings/requests/rpc.js")

_SPARE_ARGUMENTS = 10  # beyond the names: the options, and null
_LONG_CHARS = 10_000


def disable_conversion() -> None:
    """Stop the runtime from converting arguments and results. Must be called while the Worker is imported.

    The runtime converts arguments before it calls a method, and a failure reaches the caller as a Python traceback. It
    imports the converters from `workers` after it has imported the Worker, so that this replacement takes effect. If a
    future runtime does not, arguments arrive converted, and `reader` accepts these as well. Results are JavaScript
    values already.
    """
    workers.python_from_rpc = workers.python_to_rpc = lambda value: value


def reader(given: tuple[object, ...]) -> Arguments:
    """Return a function that reads the arguments of a call as JSON."""
    return partial(_read, given)


async def _read(given: tuple[object, ...], lifetime: Any, names: tuple[str, ...], limit: int) -> bytes:
    if len(given) > len(names) + _SPARE_ARGUMENTS:
        raise _too_many(names)
    values = to_js(tuple(_passed(value, names[i : i + 1], limit) for i, value in enumerate(given)))
    if any(isinstance(value, str) and len(value) > LARGE_BYTES for value in given):
        await lifetime.yield_to_others()
    read: Any = _js.read(lifetime.scope, " ".join(names), limit, values)
    found: Any = await read if hasattr(read, "then") else read
    match found:
        case "busy":
            raise busy()
        case "too_many":
            raise _too_many(names)
        case "too_large":
            raise _too_large(limit)
        case "too_many_values":
            most = f"{MAX_JSON_VALUES:,} JSON values, or an object of over {MAX_JSON_KEYS:,} keys"
            raise EmbedderError("payload_too_large", f"The arguments have over {most}; send less at once.")
        case "too_deep":
            raise invalid(f"The arguments are nested deeper than {MAX_JSON_DEPTH} levels.")
        case str():
            raise invalid(f"The arguments contain a value that is not plain data: {found}.")
    return bytes(found.to_bytes())


def _passed(value: object, name: tuple[str, ...], limit: int) -> object:
    """Return an argument for JavaScript. `to_js` takes a text character by character: a long one becomes bytes."""
    if not isinstance(value, str):
        return to_js(value, dict_converter=js.Object.fromEntries)
    if len(value) > limit:
        raise _too_large(limit)
    if len(value) <= _LONG_CHARS:
        return value
    try:
        return _js.longText(to_js(value.encode()))
    except UnicodeEncodeError:
        param = name[0] if name else "options"
        raise invalid(f"{param} contains a lone surrogate.", param) from None


def _too_many(names: tuple[str, ...]) -> EmbedderError:
    return invalid(f"Call this method with {', '.join([*names, 'an object of options'])}.", "options")


def _too_large(limit: int) -> EmbedderError:
    return EmbedderError("payload_too_large", f"The arguments exceed the limit of {limit} bytes; send less.")


def reply_to_js(lifetime: Lifetime, reply: Reply) -> Any:
    """Return the answer to an RPC call as plain JavaScript data."""
    if reply.numbers is None:
        return _js.reply(lifetime.scope, reply.text)
    return _js.reply(lifetime.scope, reply.text, reply.numbers, reply.field, reply.form)
