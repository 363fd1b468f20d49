"""Calls of other Workers: plain data in, plain data out."""

import json

import pytest

from tests.core.fakes import FakeApp, FakeModel, code


def test_an_answer_has_what_http_sends_in_headers():
    app = FakeApp()
    reply = app.call("embed", ["a", "b"], {"task": "query"})
    answer = json.loads(reply.text)
    assert (answer["ok"], answer["shape"], answer["task"]) == (True, [2, 768], "search_query")
    assert (reply.field, reply.form, len(reply.numbers.values)) == ("data", "array", 2)
    assert json.loads(app.log[0])["path"] == "embed"


@pytest.mark.parametrize(("form", "encoding"), [("array", "float32"), ("float32", "float32"), ("response", "float")])
def test_each_format_has_its_encoding(form, encoding):
    reply = FakeApp().call("embed", "a", {"format": form})
    assert (reply.form, reply.numbers.encoding) == (form, encoding)


@pytest.mark.parametrize("options", [{"dimensions": 256}, {"encoding_format": "base64"}, {"store": {"ids": ["1"]}}])
@pytest.mark.parametrize("form", ["float32", "response"])
def test_a_format_of_the_models_own_numbers_excludes_others(form, options):
    app = FakeApp()
    answer = json.loads(app.call("embed", "a", {"format": form, **options}).text)
    assert (answer["error"]["code"], answer["error"]["param"]) == ("invalid_request", "format")
    assert app.model.calls == []


def test_an_error_is_data_with_the_fields_that_it_has():
    app = FakeApp(FakeModel(code(3036, 429)))
    answer = json.loads(app.call("embed", "a").text)
    assert answer["ok"] is False
    assert answer["error"]["status"] == 429
    assert answer["error"].keys() == {"code", "message", "status", "retry_after_s", "upstream_code"}


def test_an_unknown_method_names_the_known_ones():
    answer = json.loads(FakeApp().call("queue").text)
    assert answer["error"]["code"] == "not_found"
    assert "embed, similarity, upsert" in answer["error"]["message"]
