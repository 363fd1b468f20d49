"""The OpenAPI document is valid and agrees with the Worker."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from embedder.api import routes
from tools import openapi

DOCUMENT = openapi.document()
schema = schemathesis.openapi.from_dict(DOCUMENT)


def test_the_document_is_valid(worker):
    served = worker.send("GET", "/openapi.json").json()
    validate(served)
    assert set(served["paths"]) == {*(route.path for route in routes.TABLE), "/openapi.json"}


def test_the_file_is_up_to_date():
    assert openapi.PATH.read_text() == openapi.text(), "run python -m tools.openapi"


def test_path_and_query_parameters_are_documented():
    [ids] = DOCUMENT["paths"]["/vectors"]["get"]["parameters"]
    assert (ids["name"], ids["in"], ids["required"]) == ("ids", "query", True)
    [account] = DOCUMENT["paths"]["/client/v4/accounts/{account}/ai/v1/models"]["get"]["parameters"]
    assert (account["name"], account["in"]) == ("account", "path")


@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
def test_every_documented_route_exists(worker, path):
    for method in DOCUMENT["paths"][path]:
        response = worker.send(method.upper(), path.replace("{account}", "abc").replace("{id}", "embeddinggemma-300m"))
        assert response.status_code not in (404, 405)


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_requests_get_documented_answers(worker, case):
    response = case.call(base_url=worker.url, timeout=60)
    case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])
