"""The OpenAPI document: complete, up to date, and with the errors as the Worker writes them."""

import json
from typing import Annotated

import jsonschema
import msgspec
import pytest

from embedder.api import routes
from embedder.errors import STATUS, EmbedderError
from tools.error_docs import EXPLANATIONS
from tools.openapi import document, overview, schemas
from tools.openapi.about import About
from tools.openapi.error_formats import FORMATS, schema_of
from tools.undocumented import UndocumentedError

DOCUMENT = document.document()
OPERATIONS = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
CODES = [code for code in STATUS if code != "client_disconnected"]


def test_the_file_is_up_to_date():
    assert document.PATH.read_text(encoding="utf-8") == document.text(), "run python -m tools.openapi"


def test_a_list_of_numbers_is_on_one_line():
    lines = document.text().splitlines()
    assert not [line for line in lines if line.strip(" ,").lstrip("-").replace(".", "").isdigit()]
    assert any(line.strip().startswith('"values": [1, 0, 0, ') for line in lines)


def test_a_field_without_a_description_is_named():
    class Undescribed(msgspec.Struct):
        described: Annotated[int, msgspec.Meta(description="A number.")]
        forgotten: int

    with pytest.raises(UndocumentedError, match=r"Undescribed\.forgotten has no description; write Meta\(description"):
        schemas.of_structs([Undescribed])


def test_a_code_of_no_route_is_named_with_the_place_for_it(monkeypatch):
    monkeypatch.setitem(STATUS, "code_of_a_test", 418)
    monkeypatch.setitem(EXPLANATIONS, "code_of_a_test", ("In a test.", "Nothing."))
    with pytest.raises(UndocumentedError, match="No route has the error code code_of_a_test; add it to a group of"):
        document.document()


def error_text_of_a_test(error):
    return error.message


def test_an_error_format_without_a_schema_is_named_with_the_place_for_it():
    with pytest.raises(UndocumentedError, match=r"test_openapi has no schema; add it to FORMATS in tools/openapi/erro"):
        schema_of(error_text_of_a_test)


def test_what_a_route_lacks_is_named_with_the_place_for_it(monkeypatch):
    monkeypatch.setitem(document.ABOUT, "GET /health", About(tag="Tests"))
    with pytest.raises(UndocumentedError, match="The tag Tests has no description; add one to TAGS in tools/openapi/"):
        document.document()
    monkeypatch.delitem(document.ABOUT, "GET /health")
    with pytest.raises(UndocumentedError, match="GET /health has no tag and no example; add it to a module of tools/"):
        document.document()


def test_the_fields_of_a_request_are_before_those_that_all_requests_have():
    properties = list(DOCUMENT["components"]["schemas"]["SearchRequest"]["properties"])
    assert properties.index("min_score") < properties.index("task")


def test_every_route_is_described_and_no_other():
    assert set(document.ABOUT) == {f"{route.method} {route.path}" for route in document.TABLE}


def test_every_operation_has_a_tag_and_every_tag_an_operation():
    assert {tag for operation in OPERATIONS for tag in operation["tags"]} == set(overview.TAGS)


def test_operation_ids_are_unique():
    assert len({operation["operationId"] for operation in OPERATIONS}) == len(OPERATIONS)


def test_path_and_query_parameters_are_documented():
    [ids] = DOCUMENT["paths"]["/vectors"]["get"]["parameters"]
    assert (ids["name"], ids["in"], ids["required"]) == ("ids", "query", True)
    [account] = DOCUMENT["paths"]["/client/v4/accounts/{account}/ai/v1/models"]["get"]["parameters"]
    assert (account["name"], account["in"]) == ("account", "path")


def codes(method, path):
    """Return the codes of an operation."""
    references = [answer.get("$ref", "") for answer in DOCUMENT["paths"][path][method]["responses"].values()]
    names = [reference.rpartition("/")[2] for reference in references if reference]
    return {code for name in names for code in DOCUMENT["components"]["responses"][name]["x-codes"]}


def test_an_operation_has_the_codes_of_what_it_takes_and_calls():
    assert codes("get", "/health") == {"internal_error"}
    assert {"index_mismatch", "quota_exhausted", "text_too_long", "not_found"} <= codes("post", "/search")
    assert {"batch_too_large", "model_not_found", "unauthorized"} <= codes("post", "/v1/embeddings")
    assert not {"model_not_found", "index_mismatch"} & codes("post", "/similarity")
    assert not {"quota_exhausted", "invalid_json"} & codes("get", "/index")
    listed = {code for path, methods in DOCUMENT["paths"].items() for method in methods for code in codes(method, path)}
    # a documented path has the documented methods
    assert set(CODES) - listed == {"method_not_allowed"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("write", FORMATS, ids=lambda write: write.__module__ + "." + write.__name__)
def test_every_error_fits_the_schema_of_its_api(write, code):
    error = EmbedderError(code, "A sentence.", param="text[0]")
    error.details = {"accepted": ["a"], "not_accepted": ["b"]}
    _, schema = schema_of(write)
    jsonschema.validate(json.loads(write(error)), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({}, schema)


def test_every_path_has_a_format():
    assert {routes.find(route.path).api.error_text for route in routes.TABLE} == set(FORMATS)
