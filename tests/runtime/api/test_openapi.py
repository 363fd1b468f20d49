"""The OpenAPI document is valid and agrees with the Worker, and its examples work as they are."""

import json
import re
import subprocess
import sys

import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from embedder.api import routes
from tests import local
from tests.worker import Worker
from tools.openapi import document

TEXT = document.text()
DOCUMENT = json.loads(TEXT)
OPERATIONS = [(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods]
# not for every text, not without a prompt, not for a search by id
NOT_ALWAYS = ("x-embedding-truncated", "x-embedding-ignored", "x-embedding-task", "x-embedding-tokens")
schema = schemathesis.openapi.from_dict(DOCUMENT)


def operation(method, path):
    return DOCUMENT["paths"][path][method]


def request(method, path):
    """Return the schema and the examples of a request body, if the operation has one."""
    contents = operation(method, path).get("requestBody", {"content": {"application/json": {}}})["content"]
    [content] = contents.values()
    return content


EXAMPLES = [
    (method, path, title) for method, path in OPERATIONS for title in request(method, path).get("examples", [""])
]


def address(method, path):
    """Return the path with its example parameters, and the query."""
    query = {}
    for parameter in operation(method, path).get("parameters", ()):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif parameter["in"] == "query":
            query[parameter["name"]] = parameter["example"]
    return path, query


def check(instance, schema):
    """Check JSON against a schema of the document."""
    whole = {**schema, "components": DOCUMENT["components"]}
    jsonschema.validate(instance, whole, jsonschema.Draft202012Validator)


def shape(value):
    """Return the structure of JSON: the keys of its objects, and the first items of its lists."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


@pytest.fixture(scope="module")
def worker(start_worker):
    """The Worker behind its files, because the document is one of them."""
    return start_worker(callers=local.front())


@pytest.fixture
def stored(worker: Worker) -> Worker:
    """A Worker that has the documents of the example of `PUT /vectors`."""
    if worker.send("GET", "/vectors?ids=example-mars").json()["missing"]:
        assert send(worker, "put", "/vectors", "two_documents").json()["visible"]
    return worker


def send(worker, method, path, title):
    """Send an example, or a request without a body."""
    body = json.dumps(request(method, path)["examples"][title]["value"]) if title else None
    headers = {"content-type": "application/json"} if title else {}
    plain, query = address(method, path)
    return worker.send(method.upper(), plain, params=query, data=body, headers=headers)


def test_the_document_is_valid():
    validate(DOCUMENT)
    assert set(DOCUMENT["paths"]) == {*(route.path for route in routes.TABLE), "/openapi.json"}


@pytest.mark.parametrize(("method", "path", "title"), EXAMPLES)
def test_an_example_works_as_it_is(stored, method, path, title):
    answer = send(stored, method, path, title)
    assert answer.status_code == 200, answer.text
    response = operation(method, path)["responses"]["200"]
    check(answer.json(), response["content"]["application/json"]["schema"])
    if path != "/openapi.json":
        assert "x-request-id" in response["headers"]
        assert {*response["headers"]} <= {*answer.headers, *NOT_ALWAYS}


@pytest.mark.parametrize(("method", "path"), [item for item in OPERATIONS if item[1] != "/openapi.json"])
def test_the_example_of_a_response_has_the_shape_of_the_answer(stored, method, path):
    content = operation(method, path)["responses"]["200"]["content"]["application/json"]
    shown = content["examples"]["answer"]["value"]
    check(shown, content["schema"])
    titles = request(method, path).get("examples", [""])
    assert shape(shown) == shape(send(stored, method, path, next(iter(titles))).json())


def test_a_program_in_a_description_prints_what_its_comment_says(worker):
    [program] = re.findall(r"```python\n(.*?)```", operation("post", "/v1/embeddings")["description"], re.DOTALL)
    command = [sys.executable, "-c", program.replace("ADDRESS", worker.url)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr) == (re.findall(r"^print.*  # (.*)$", program, re.MULTILINE)[0], "")


REJECTED = [(method, path) for method, path in OPERATIONS if request(method, path)]
BAD = {"invalid_json": ("application/json", "{"), "invalid_request": ("application/json", "[]")}
BAD["unsupported_media_type"] = ("text/plain", "{}")


@pytest.mark.parametrize("code", BAD)
@pytest.mark.parametrize(("method", "path"), REJECTED)
def test_an_error_has_the_documented_schema(worker, method, path, code):
    media_type, body = BAD[code]
    answer = worker.send(method.upper(), address(method, path)[0], data=body, headers={"content-type": media_type})
    reference = operation(method, path)["responses"][str(answer.status_code)]["$ref"].rpartition("/")[2]
    response = DOCUMENT["components"]["responses"][reference]
    assert code in response["x-codes"]
    check(answer.json(), response["content"]["application/json"]["schema"])


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
def test_every_documented_route_exists(worker, path):
    for method in DOCUMENT["paths"][path]:
        assert worker.send(method.upper(), address(method, path)[0]).status_code not in (404, 405)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_generated_requests_get_documented_answers(worker, method, path):
    # not with `schema.parametrize`: its tests share one id, and pytest-xdist would run one of them only
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(schema[path][method].as_strategy())
    def send(case):
        response = case.call(base_url=worker.url, timeout=60)
        checks = [not_a_server_error, response_schema_conformance, status_code_conformance]
        case.validate_response(response, checks=checks)

    send()
