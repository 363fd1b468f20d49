"""Calls of the index by RPC, from other Workers."""

import json
from typing import Any

import msgspec
import workers
from workers import import_from_javascript

from emulator.vectorize import binding
from emulator.vectorize.wire import Reply

_js = import_from_javascript("runtime/calls.js")


def leave_unconverted() -> None:
    """Stop the runtime from converting arguments and results of RPC. Must be called while the Worker is imported.

    The runtime imports the converters from `workers` after it has imported the Worker. Converting a vector takes a
    millisecond.
    """
    workers.python_from_rpc = workers.python_to_rpc = lambda value: value


async def call(index: Any, method: str, *arguments: Any) -> Any:
    """Call a method of the index, and return the result as an object of JavaScript. Raises BindingError."""
    given = _js.open(method, *arguments)
    request = binding.request(method, *_decoded(given.text))
    found = await _js.send(index, request.path, request.content_type, request.body.decode(), given)
    if found.status != 200:
        binding.fail(method, Reply(found.status, found.text.encode()))
    return found.result


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:  # of a lone surrogate
        return json.loads(text)
