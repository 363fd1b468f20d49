"""The OpenAPI 3.1 document, made from the route table and the Structs. No I/O."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from embedder.routing import Route

_REF = "#/components/schemas/{name}"
_DESCRIPTION = (
    "Text to EmbeddingGemma-300M vectors. OpenAI's and Cloudflare's clients work with only the base URL changed."
)


def document(table: Sequence[Route]) -> dict[str, Any]:
    """Return the document of these routes."""
    structs = list(dict.fromkeys(kind for route in table for kind in (route.body, route.response) if kind is not None))
    schemas, components = msgspec.json.schema_components(structs, ref_template=_REF)
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


def _operation(route: Route, schemas: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": _operation_id(route),
        "security": [] if route.public else [{"key": []}],
        "responses": {
            "200": {
                "description": "Done",
                "content": {"application/json": {"schema": schemas.get(route.response, {})}},
            },
            "default": {"description": "An error; its code is stable"},
        },
    }
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.body is not None:
        content = {kind: {"schema": schemas[route.body]} for kind in route.media_types[:1]}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1}
    names = re.findall(r"\{(\w+)\}", route.path)
    found: list[dict[str, Any]] = [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]
    for name, text in route.query.items():
        found.append({"name": name, "in": "query", "required": True, "schema": schema, "description": text})
    return found


def _operation_id(route: Route) -> str:
    return "_".join([route.method.lower(), *re.findall(r"\w+", route.path)])
