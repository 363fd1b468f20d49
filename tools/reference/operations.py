"""The operations of the document, as the page shows them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.reference.fields import Components, Field

_WRITING = ("PUT", "DELETE")
_LINE_CHARS = 100


@dataclass(frozen=True)
class Example:
    """A request that can be sent. `body` is JSON, or empty."""

    title: str
    path: str
    body: str
    writes: bool


@dataclass(frozen=True)
class Part:
    """The fields of a request or a response. `same_as` is the operation that shows them already."""

    description: str
    fields: list[Field]
    same_as: "Operation | None"


@dataclass(frozen=True)
class Operation:
    """An operation. `statuses` are the codes of its errors by status."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    needs_key: bool
    scope: str
    parameters: list[dict[str, Any]]
    examples: list[Example]
    answer: str
    request: Part | None
    response: Part | None
    statuses: dict[str, list[str]]
    other_statuses: dict[str, str]
    error_format: str


def compact(value: Any, depth: int = 0) -> str:  # noqa: ANN401
    """Return JSON whose short objects and lists, and lists of numbers, are on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and all(isinstance(part, int | float) for part in value):
        return flat
    if not isinstance(value, dict | list) or not value or len(flat) + 2 * depth < _LINE_CHARS:
        return flat
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(name)}: {compact(part, depth + 1)}" for name, part in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{outer}}}"
    return "[\n" + ",\n".join(inner + compact(part, depth + 1) for part in value) + f"\n{outer}]"


class Reader:
    """Reads the operations of a document in order."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._components = Components(document["components"]["schemas"])
        self._shown: dict[tuple[str, str], Operation] = {}

    def operations(self) -> Iterator[Operation]:
        order = [tag["name"] for tag in self._document["tags"]]
        found = [
            (method.upper(), path, item)
            for path, methods in self._document["paths"].items()
            for method, item in methods.items()
        ]
        for method, path, item in sorted(found, key=lambda row: order.index(row[2]["tags"][0])):
            yield self._operation(method, path, item)

    def error_formats(self) -> dict[str, tuple[str, list[Field], str]]:
        """Return the description, the fields and an example of each error format."""
        names = dict.fromkeys(self._errors_of(item) for item in self._items())
        schemas = {name: self._components.named(name) for name in names if name}
        return {
            name: (
                schema["description"],
                self._components.fields(schema, of_request=False),
                compact(schema["examples"][0]),
            )
            for name, schema in schemas.items()
        }

    def _items(self) -> list[dict[str, Any]]:
        return [item for methods in self._document["paths"].values() for item in methods.values()]

    def _response(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self._document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        return found

    def _errors_of(self, item: Mapping[str, Any]) -> str:
        """Return the name of the error format of an operation."""
        answers = [self._response(answer) for answer in item["responses"].values() if "$ref" in answer]
        names = [answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2] for answer in answers]
        return str(names[0]) if names else ""

    def _operation(self, method: str, path: str, item: Mapping[str, Any]) -> Operation:
        answers: Mapping[str, Any] = item["responses"]
        shown = next(iter(answers["200"]["content"].values()))
        example = shown.get("examples", {}).get("answer")
        operation = Operation(
            id=item["operationId"],
            method=method,
            path=path,
            tag=item["tags"][0],
            summary=item["summary"],
            description=item.get("description", ""),
            needs_key=bool(item["security"]),
            scope=next((scope for scheme in item["security"] for scope in scheme["key"]), ""),
            parameters=item.get("parameters", []),
            examples=list(_examples(method, path, item)),
            answer=compact(example["value"]) if example else "",
            request=self._part("request", _content(item).get("schema")),
            response=self._part("response", shown["schema"]),
            statuses={
                status: self._response(answer)["x-codes"] for status, answer in answers.items() if "$ref" in answer
            },
            other_statuses={
                status: answer["description"]
                for status, answer in answers.items()
                if "$ref" not in answer and status != "200"
            },
            error_format=self._errors_of(item),
        )
        self._remember(operation, _content(item).get("schema"), shown["schema"])
        return operation

    def _part(self, kind: str, schema: dict[str, Any] | None) -> Part | None:
        if not schema or "$ref" not in schema:
            return None
        before = self._shown.get((kind, schema["$ref"]))
        fields = [] if before else self._components.fields(schema, of_request=kind == "request")
        return Part(self._components.named(schema["$ref"]).get("description", ""), fields, before)

    def _remember(self, operation: Operation, request: Mapping[str, Any] | None, response: Mapping[str, Any]) -> None:
        for kind, schema in (("request", request), ("response", response)):
            if schema and "$ref" in schema:
                self._shown.setdefault((kind, schema["$ref"]), operation)


def _content(item: Mapping[str, Any]) -> dict[str, Any]:
    contents: dict[str, Any] = item.get("requestBody", {}).get("content", {})
    return next(iter(contents.values()), {})


def _examples(method: str, path: str, item: Mapping[str, Any]) -> Iterator[Example]:
    query = ""
    for parameter in item.get("parameters", []):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        if parameter["in"] == "query":
            query = f"?{parameter['name']}={parameter['example']}"
    examples = _content(item).get("examples", {"": {"summary": "", "value": None}})
    for example in examples.values():
        body = example["value"]
        writes = method in _WRITING or bool(body and "store" in body)
        yield Example(example["summary"], path + query, compact(body) if body else "", writes)
