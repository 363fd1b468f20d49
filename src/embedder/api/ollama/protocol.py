"""Ollama's API: its routes and the format of its errors."""

import msgspec

from embedder.api.ollama import embed, listing
from embedder.api.routing import Api
from embedder.errors import EmbedderError


def error_text(error: EmbedderError) -> str:
    """Return `error` in Ollama's format."""
    return msgspec.json.encode({"error": error.message}).decode()


APIS = (Api(prefixes=("/api/",), routes=(*embed.ROUTES, *listing.ROUTES), error_text=error_text, lenient=True),)
