"""The OpenAPI 3.1 document, made from the route table and the Structs of the Worker.

`python -m tools.openapi` writes `public/openapi.json`, which is served without waking the Worker. A test holds it
against the table.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from embedder.api import routes
from embedder.api.routing import HttpResponse, Route
from embedder_cli.runtime import ROOT

PATH = ROOT / "public" / "openapi.json"
_REF = "#/components/schemas/{name}"
_DESCRIPTION = (
    "Text to EmbeddingGemma-300M vectors. OpenAI's and Cloudflare's clients work with only the base URL changed."
)


async def _served(*_: object) -> HttpResponse:
    raise NotImplementedError("a file, served by the asset layer")


ITSELF = Route("GET", "/openapi.json", _served, "This document", public=True)


def document(table: Sequence[Route] = (*routes.TABLE, ITSELF)) -> dict[str, Any]:
    """Return the document of these routes."""
    structs = list(dict.fromkeys(kind for route in table for kind in (route.body, route.response) if kind is not None))
    schemas, components = msgspec.json.schema_components(structs, ref_template=_REF)
    for component in components.values():
        _numbers_for_places(component["properties"])
    by_struct = dict(zip(structs, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, by_struct)
    return {
        "openapi": "3.1.0",
        "info": {"title": "embedder", "version": "1", "description": _DESCRIPTION},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }


def _numbers_for_places(properties: dict[str, Any]) -> None:
    """Where the Worker reads the place of a vector's numbers, callers read the numbers."""
    for name, schema in properties.items():
        if schema.get("type") == "integer" and "items" in schema:
            properties[name] = {**schema, "type": "array"}


def _operation(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schemas.get(route.response, {})}}
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": "_".join([route.method.lower(), *re.findall(r"\w+", route.path)]),
        "security": [] if route.public else [{"key": []}],
        "responses": {
            "200": {"description": "Done", "content": content},
            "default": {"description": "An error; its code is stable"},
        },
    }
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.body is not None:
        body = {kind: {"schema": schemas[route.body]} for kind in route.media_types[:1]}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1}
    names = re.findall(r"\{(\w+)\}", route.path)
    found: list[dict[str, Any]] = [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]
    for name, text in route.query.items():
        found.append({"name": name, "in": "query", "required": True, "schema": schema, "description": text})
    return found


def text() -> str:
    """Return the document as it is written to the file."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=1).decode() + "\n"


if __name__ == "__main__":
    PATH.write_text(text())
