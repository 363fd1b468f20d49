"""The error responses of a route: its possible codes by status."""

import json
from collections.abc import Iterable
from typing import Any

from embedder.api import routes
from embedder.api.routing import Route
from embedder.errors import STATUS
from tools.error_docs import explanation
from tools.openapi.about import INDEX, MODEL, About
from tools.openapi.error_formats import Schema, schema_of
from tools.undocumented import UndocumentedError

_ALWAYS = {"internal_error"}
_WITH_KEY = {"unauthorized", "rate_limited", "auth_not_configured"}
_WITH_BODY = {"invalid_json", "invalid_request", "payload_too_large", "unsupported_media_type", "request_timeout"}
_UPSTREAM = {"upstream_error", "upstream_invalid", "upstream_busy", "upstream_timeout"}
_WITH_MODEL = {"ai_not_configured", "quota_exhausted", *_UPSTREAM}
_WITH_INDEX = {"vectorize_not_configured", *_UPSTREAM}
_WITH_RETRY_AFTER = ("429", "503")
_OF_NO_ROUTE = {"method_not_allowed", "client_disconnected"}  # of a wrong method, and of the log


def codes(route: Route, about: About, body: Schema) -> list[str]:
    """Return the possible codes of a route. `body` is the schema of its request body, or empty."""
    found = {*_ALWAYS, *about.errors, *(() if route.public else _WITH_KEY), *_of_body(body)}
    if MODEL in about.uses:
        found |= _WITH_MODEL
    if INDEX in about.uses:
        found |= _WITH_INDEX
    if {MODEL, INDEX} <= about.uses:
        found.add("index_mismatch")
    if not route.public and route.scope != "any":
        found.add("forbidden")
    if routes.find(route.path).api.checks_origin:
        found.add("origin_not_allowed")
    if any(name in route.path for name in ("{model}", "{deployment}", "{id}")):
        found.add("model_not_found")
    return [code for code in STATUS if code in found]


def _of_body(body: Schema) -> set[str]:
    if not body:
        return set()
    found = set(_WITH_BODY)
    if '"maxItems"' in json.dumps(body):
        found.add("batch_too_large")
    properties = body.get("properties", {})  # a batch of MCP is no object
    if {"truncate", "truncation"} & set(properties):
        found.add("text_too_long")
    if "model" in properties:
        found.add("model_not_found")
    return found


def responses(path: str, possible: Iterable[str], components: dict[str, dict[str, Any]]) -> dict[str, Schema]:
    """Return the error responses of a path by status, as references. What they refer to is added to `components`."""
    api = routes.find(path).api
    name, schema = schema_of(api.error_text)
    components["schemas"][name] = schema
    by_status: dict[str, list[str]] = {}
    for code in possible:
        by_status.setdefault(str(api.statuses.get(code, STATUS[code])), []).append(code)
    found = {}
    for status, group in by_status.items():
        key = "-".join((name, status, *group))
        components["responses"][key] = _response(name, status, group)
        found[status] = {"$ref": f"#/components/responses/{key}"}
    return found


def _response(name: str, status: str, group: list[str]) -> Schema:
    headers = ["x-request-id", *(["retry-after"] if status in _WITH_RETRY_AFTER else [])]
    return {
        "description": "\n".join(f"- `{code}`: {explanation(code)[0]}" for code in group),
        "headers": {header: {"$ref": f"#/components/headers/{header}"} for header in headers},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        "x-codes": group,
    }


def table(components: dict[str, dict[str, Any]]) -> dict[str, Schema]:
    """Return all codes with their status, when each occurs and what to do.

    Raises UndocumentedError for a code that no route has.
    """
    of_routes = {code for response in components["responses"].values() for code in response["x-codes"]}
    if unused := STATUS.keys() - of_routes - _OF_NO_ROUTE:
        found = ", ".join(sorted(unused))
        raise UndocumentedError(
            f"No route has the error code {found}; add it to a group of codes in tools/openapi/errors.py."
        )
    return {code: _row(code) for code in STATUS}


def _row(code: str) -> Schema:
    when, advice = explanation(code)
    return {"status": STATUS[code], "when": when, "do": advice}
