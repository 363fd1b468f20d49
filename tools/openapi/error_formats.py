"""The schema of the errors of each API."""

import json
from collections.abc import Callable
from typing import Any

from embedder.api import auth, cohere, google, native, openai
from embedder.api.cloudflare import openai as cloudflare_openai
from embedder.api.cloudflare import vectorize, workers_ai
from embedder.api.mcp import protocol as mcp
from embedder.api.ollama import protocol as ollama
from embedder.api.servers import openrouter
from embedder.api.tei import protocol as tei
from embedder.errors import STATUS, EmbedderError
from tools.undocumented import UndocumentedError

Schema = dict[str, Any]

_LOG_ONLY = "client_disconnected"
_MESSAGE = {"type": "string", "description": "A sentence that says what to do. It may change."}

_IDS: Schema = {"type": "array", "items": {"type": "string"}}
# the only fields that are not always present
_PARTIAL_WRITE = {
    "accepted": {**_IDS, "description": "Only if a write failed half way: the ids that were written."},
    "not_accepted": {**_IDS, "description": "Only if a write failed half way: the other ids."},
}


def _object(description: str, **properties: Schema) -> Schema:
    required = [name for name in properties if name not in _PARTIAL_WRITE]
    return {"description": description, "type": "object", "properties": properties, "required": required}


_OPENAI_ITEM = _object(
    "The error.",
    message=_MESSAGE,
    type={"enum": ["invalid_request_error", "api_error"], "description": "Whether the status is below 500."},
    param={"type": ["string", "null"], "description": "The path of the field at fault, such as `text[3]`."},
    code={"enum": [code for code in STATUS if code != _LOG_ONLY], "description": "The stable code."},
)
_CLOUDFLARE_ITEM = _object(
    "An error.",
    code={"type": "integer", "description": "The code of Cloudflare's API for the same error."},
    message=_MESSAGE,
)
_CLOUDFLARE: dict[str, Schema] = {
    "result": {"type": "null", "description": "Always null."},
    "success": {"const": False, "description": "Always false."},
    "errors": {"type": "array", "items": _CLOUDFLARE_ITEM, "minItems": 1, "description": "The error."},
    "messages": {"type": "array", "maxItems": 0, "description": "Always empty."},
}
_GOOGLE_ITEM = _object(
    "The error.",
    code={"type": "integer", "description": "The HTTP status."},
    message=_MESSAGE,
    status={"type": "string", "description": "Google's name of the status."},
)
_JSON_RPC_ITEM = _object(
    "The error.", code={"type": "integer", "description": "The code of JSON-RPC."}, message=_MESSAGE
)

# The function that writes the errors of an API -> the name and the schema of what it writes.
FORMATS: dict[Callable[[EmbedderError], str], tuple[str, Schema]] = {
    native.error_text: (
        "OpenAIError",
        _object("An error.", error=_OPENAI_ITEM, **_PARTIAL_WRITE),
    ),
    openai.voyage_error_text: (
        "VoyageError",
        _object("An error for OpenAI's and Voyage's clients.", error=_OPENAI_ITEM, detail=_MESSAGE),
    ),
    workers_ai.error_text: ("CloudflareError", _object("An error of Cloudflare's API.", **_CLOUDFLARE)),
    vectorize.error_text: ("VectorizeError", _object("An error of Vectorize's API.", **_CLOUDFLARE)),
    cloudflare_openai.error_text: (
        "CloudflareOpenAIError",
        _object("An error for OpenAI's and Cloudflare's clients.", **_CLOUDFLARE, error=_OPENAI_ITEM),
    ),
    ollama.error_text: ("OllamaError", _object("An error of Ollama's API.", error=_MESSAGE)),
    cohere.error_text: ("CohereError", _object("An error of Cohere's API.", message=_MESSAGE)),
    google.error_text: ("GoogleError", _object("An error of Google's API.", error=_GOOGLE_ITEM)),
    tei.error_text: (
        "TeiError",
        _object(
            "An error of TEI.",
            error=_MESSAGE,
            error_type={"enum": ["Validation", "Overloaded", "Backend"], "description": "TEI's kind of the error."},
        ),
    ),
    openrouter.error_text: (
        "OpenRouterError",
        _object(
            "An error of OpenRouter's API.",
            error=_object(
                "The error.",
                code={"type": "integer", "description": "The HTTP status."},
                message=_MESSAGE,
                metadata={"type": "object", "description": "The stable code, and the path of the field at fault."},
            ),
        ),
    ),
    mcp.error_text: (
        "JsonRpcError",
        _object(
            "An error of the transport.",
            jsonrpc={"const": "2.0", "description": "The version of JSON-RPC."},
            id={"type": "null", "description": "Always null."},
            error=_JSON_RPC_ITEM,
        ),
    ),
}


def schema_of(write: Callable[[EmbedderError], str]) -> tuple[str, Schema]:
    """Return the name and the schema of a format, with an example that the Worker's own function writes.

    Raises UndocumentedError for a format without a schema.
    """
    if write not in FORMATS:
        message = f"The error format of {write.__module__} has no schema; "
        raise UndocumentedError(message + "add it to FORMATS in tools/openapi/error_formats.py.")
    name, schema = FORMATS[write]
    return name, {**schema, "examples": [json.loads(write(auth.unauthorized(expired=False)))]}
