"""Builds the document from the routes."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from embedder.api import ignored, routes
from embedder.api.mcp import protocol as mcp
from embedder.api.routing import GATEWAY_HEADER, Route
from embedder.operations.result import Result
from embedder.settings import GATEWAY
from tools.openapi import agents, compatible, errors, native, overview, schemas, servers, tei, vectors
from tools.openapi.about import MODEL, About
from tools.openapi.error_formats import Schema
from tools.runtime import ROOT
from tools.undocumented import UndocumentedError

PATH = ROOT / "public" / "openapi.json"
ABOUT: Mapping[str, About] = {
    **native.ROUTES,
    **compatible.ROUTES,
    **vectors.ROUTES,
    **tei.ROUTES,
    **servers.ROUTES,
    **agents.ROUTES,
}
_OF_EMBEDDINGS = ("x-embedding-task", "x-embedding-tokens", "x-embedding-truncated")
_NUMBERS = re.compile(r"\[\n\s+(-?\d\S*(?:,\n\s+-?\d\S*)*)\n\s+\]")
_SHORTENED = "The response to the first example. Vectors are shortened to three numbers, lists to their first items."


async def _served(*_: object) -> Result:
    raise NotImplementedError("a file, served by the asset layer")


ITSELF = Route("GET", "/openapi.json", _served, "This document", public=True)
_IGNORING = [route for api in routes.APIS if api.lenient and api not in mcp.APIS for route in api.routes if route.body]
TABLE: Sequence[Route] = (*routes.TABLE, ITSELF)


def document() -> dict[str, Any]:
    """Return the document of all routes."""
    structs = [kind for route in TABLE for kind in (route.body, route.response, route.queued) if kind is not None]
    references, by_name = schemas.of_structs(structs)
    components: dict[str, dict[str, Any]] = {
        "schemas": by_name,
        "responses": {},
        "headers": overview.headers(),
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of the service."}},
    }
    paths: dict[str, dict[str, Any]] = {}
    for route in TABLE:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, references, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "embedder", "version": "1", "description": overview.DESCRIPTION},
        "servers": [{"url": "/", "description": "The service that has this document."}],
        "tags": [{"name": name, "description": text} for name, text in overview.TAGS.items()],
        "paths": paths,
        "components": components,
        "x-error-codes": errors.table(components),
    }


def about(route: Route) -> About:
    """Return what the tool knows of a route."""
    name = f"{route.method} {route.path}"
    if name not in ABOUT:
        raise UndocumentedError(f"{name} has no tag and no example; add it to a module of tools/openapi.")
    if (tag := ABOUT[name].tag) not in overview.TAGS:
        raise UndocumentedError(f"The tag {tag} has no description; add one to TAGS in tools/openapi/overview.py.")
    return ABOUT[name]


def _operation(route: Route, references: Mapping[Any, Schema], components: dict[str, Any]) -> dict[str, Any]:
    known = about(route)
    body = schemas.resolved(references[route.body], components["schemas"]) if route.body else {}
    possible = errors.codes(route, known, body)
    operation: dict[str, Any] = {
        "tags": [known.tag],
        "summary": route.summary,
        "description": known.description,
        "operationId": "_".join([route.method.lower(), *re.findall(r"\w+", route.path)]),
        "security": [] if route.public else [{"key": [] if route.scope == "any" else [route.scope]}],
        "parameters": _parameters(route, known),
        "requestBody": _request(route, known, references) if route.body else None,
        "responses": {
            **_successes(route, known, references),
            **(errors.responses(route.path, possible, components) if route is not ITSELF else {}),
        },
    }
    return {name: value for name, value in operation.items() if value or name == "security"}


def _parameters(route: Route, known: About) -> list[dict[str, Any]]:
    texts = {name: _PATH_PARAMETERS[name] for name in re.findall(r"\{(\w+)\}", route.path)}
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "query" if name in route.query else "path",
            "required": True,
            "description": text,
            "schema": {"type": "string", "minLength": 1},
            "example": known.parameters[name],
        }
        for name, text in {**texts, **route.query}.items()
    ]
    return [*found, _GATEWAY] if route.gateway else found


_GATEWAY = {
    "name": GATEWAY_HEADER,
    "in": "header",
    "description": "The id of the AI Gateway of this call, instead of the service's own.",
    "schema": {"type": "string", "pattern": f"^{GATEWAY.pattern}$"},
}
_PATH_PARAMETERS = {
    "account": "Any string. The Worker uses the account that it is deployed to.",
    "index": "The name of the index, see `VECTORIZE_INDEX`.",
    "deployment": "The model name, which may end in a task.",
    "prefix": "What the base URL of another service has before the route: up to 10 parts of a path.",
    "base": "What the base URL of another service has before the route: up to 10 parts of a path.",
    "model": "The model name, which may end in a task.",
    "id": "A model name of the list.",
}


def _request(route: Route, known: About, references: Mapping[Any, Schema]) -> dict[str, Any]:
    examples = {_key(title): {"summary": title, "value": value} for title, value in known.examples.items()}
    content = {"schema": references[route.body], "examples": examples}
    return {"required": True, "content": {route.media_types[0]: content}}


def _key(title: str) -> str:
    return "_".join(re.findall(r"\w+", title.lower()))


def _successes(route: Route, known: About, references: Mapping[Any, Schema]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": references.get(route.response, {"type": "object"})}
    if known.answer is not None:
        content["examples"] = {"answer": {"summary": _SHORTENED, "value": known.answer}}
    headers = [] if route is ITSELF else ["x-request-id", *(_OF_EMBEDDINGS if MODEL in known.uses else ())]
    headers += [ignored.HEADER] if route in _IGNORING else []
    found: dict[str, Any] = {"200": {"description": "Done.", "content": {"application/json": content}}}
    if headers:
        found["200"]["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    others: dict[str, Any] = {status: {"description": text} for status, text in known.other_statuses.items()}
    if route.queued:
        others["202"]["content"] = {"application/json": {"schema": references[route.queued]}}
    return {**found, **others}


def text() -> str:
    """Return the document as it is written to the file: indented, with a list of numbers on one line."""
    return _numbers_on_one_line(msgspec.json.format(msgspec.json.encode(document()), indent=1).decode()) + "\n"


def _numbers_on_one_line(indented: str) -> str:
    """Join the lines of each list of numbers. Strings have no line breaks, so none of them changes."""
    return _NUMBERS.sub(lambda found: f"[{', '.join(found[1].replace(',', '').split())}]", indented)
