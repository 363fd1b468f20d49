"""The caller's side of the Vectorize emulator, and the emulator's variables."""

import json

import pytest

from emulator.vectorize import binding, settings
from emulator.vectorize.binding import BindingError
from emulator.vectorize.wire import Reply


def body_of(method, *arguments):
    return json.loads(binding.request(method, *arguments).body)


def test_calls_become_requests():
    assert binding.request("describe").path == "info"
    assert binding.request("queryById", "a").path == "query"
    assert body_of("query", [1, 2], {"topK": 3, "vector": "ignored"}) == {"topK": 3, "vector": [1, 2]}
    assert body_of("queryById", "a", None) == {"vectorId": "a"}
    assert body_of("insert", [{"id": "a", "values": [1], "metadata": {"b": 2}}]) == {
        "vectors": [{"id": "a", "values": [1], "metadata": {"b": 2}}]
    }
    assert body_of("getByIds", ["a"]) == body_of("deleteByIds", ["a"]) == {"ids": ["a"]}


def test_true_becomes_all_without_changing_the_callers_options():
    options = {"returnMetadata": True}
    assert body_of("query", [1], options)["returnMetadata"] == "all"
    assert options == {"returnMetadata": True}
    assert body_of("query", [1], {"returnMetadata": False})["returnMetadata"] is False


def test_rejects_an_unknown_metadata_level():
    with pytest.raises(BindingError, match="Invalid returnMetadata option") as caught:
        binding.request("queryById", "a", {"returnMetadata": "some"})
    assert str(caught.value).endswith('Expected: true, false, "none", "indexed" or "all"; got: some')


def test_any_value_can_stand_for_a_vector():
    assert body_of("query", 0) == {"vector": 0}
    assert body_of("upsert", [{"id": "a", "values": 0}]) == {"vectors": [{"id": "a", "values": 0}]}


def test_a_lone_surrogate_is_sent_escaped():
    assert b'"\\ud835"' in binding.request("upsert", [{"id": "\ud835", "values": [1]}]).body


@pytest.mark.parametrize(
    ("method", "operation"),
    [
        ("describe", "INDEX_GET"),
        ("query", "VECTOR_QUERY"),
        ("queryById", "VECTOR_QUERY"),
        ("insert", "VECTOR_INSERT"),
        ("upsert", "VECTOR_UPSERT"),
        ("getByIds", "VECTOR_GET"),
        ("deleteByIds", "VECTOR_DELETE"),
    ],
)
def test_errors(method, operation):
    with pytest.raises(BindingError) as caught:
        binding.fail(method, Reply(429, b'{"code": 40041, "error": "Too Many Requests"}'))
    assert str(caught.value) == f"{operation}_ERROR (code = 40041): Too Many Requests"


def test_variables_are_read_and_empty_ones_count_as_unset():
    assert settings.from_variables({"METRIC": "", "DIMENSIONS": " "}) == settings.Settings()
    configured = settings.from_variables(
        {
            "DIMENSIONS": "256",
            "METRIC": "euclidean",
            "VISIBILITY_DELAY_MS": "0",
            "METADATA_INDEXES": "lang:string, a.year:number,x:y:boolean,",
        }
    )
    assert configured == settings.Settings(
        256, "euclidean", 0, {"lang": "string", "a.year": "number", "x:y": "boolean"}
    )


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("METRIC", "manhattan", "METRIC is 'manhattan'; it must be one of cosine, euclidean, dot-product"),
        ("DIMENSIONS", "0", "from 1 to 1536"),
        ("DIMENSIONS", "many", "from 1 to 1536"),
        ("VISIBILITY_DELAY_MS", "-1", "from 0 to 600000"),
        ("METADATA_INDEXES", "lang", "KEY:TYPE"),
        ("METADATA_INDEXES", "lang:text", "lang:text"),
        ("METADATA_INDEXES", "lang:string,lang:number", "lang with two types"),
        ("METADATA_INDEXES", ",".join(f"k{number}:string" for number in range(11)), "11 keys"),
    ],
)
def test_rejects_an_invalid_variable(name, value, message):
    with pytest.raises(ValueError, match=message):
        settings.from_variables({name: value})
