"""The arguments of other Workers. They cross to Python as JSON, as the body of a request does."""

from functools import partial
from typing import Any

import js
import workers
from pyodide.ffi import to_js
from workers import import_from_javascript

from embedder.errors import EmbedderError, invalid
from embedder.ports import Arguments
from embedder.settings import MAX_JSON_DEPTH

_js = import_from_javascript("bindings/arguments.js")


def leave_unconverted() -> None:
    """Let arguments arrive as they are. Must be called while the Worker is imported.

    The runtime converts them before it calls a method, and the caller gets a Python traceback if that fails. It imports
    the converter from `workers` after the Worker. A runtime that takes it from elsewhere is not affected: arguments
    arrive converted, and `reader` takes them too.
    """
    workers.python_from_rpc = lambda value: value


def reader(given: tuple[object, ...]) -> Arguments:
    """Return the arguments of a call for the core."""
    return partial(_read, given)


def _read(given: tuple[object, ...], names: tuple[str, ...], limit: int) -> bytes:
    found: Any = _js.toJson(" ".join(names), limit, to_js(given, dict_converter=js.Object.fromEntries))
    match found:
        case "too_many":
            raise invalid(f"Call this method with {', '.join([*names, 'an object of options'])}.", "options")
        case "too_large":
            raise EmbedderError("payload_too_large", f"The arguments are over the limit of {limit} bytes; send less.")
        case "too_deep":
            raise invalid(f"The arguments are nested deeper than {MAX_JSON_DEPTH} levels.")
        case str():
            raise invalid(f"The arguments hold a value that is not plain data: {found}.")
    return bytes(found.to_bytes())
