"""The parts of the application, errors and the log line."""

import json

from tests.core.fake_index import documents, put
from tests.core.fakes import FakeApp, FakeModel, content, error


def test_an_internal_error_is_generic_for_the_caller_and_detailed_in_the_log():
    def explode(_):
        raise RuntimeError("the inner reason")

    app = FakeApp(FakeModel(explode))
    response = app.ask("/embed", {"text": "a"})
    assert error(response) == (500, "internal_error", None)
    assert "inner reason" not in content(response)
    assert "inner reason" in json.loads(app.log[0])["detail"]


def test_the_log_line_has_counts_and_times_but_no_text_or_key():
    app = FakeApp(API_KEYS="web:0123456789abcdef", AUTH="on")
    app.ask("/embed", {"text": "a secret text"}, authorization="Bearer 0123456789abcdef")
    [line] = app.log
    assert "secret" not in line
    assert "0123456789abcdef" not in line
    fields = json.loads(line)
    assert (fields["key"], fields["texts"], fields["status"]) == ("web", 1, 200)
    assert fields["model_ms"] > 0


def test_without_a_binding_only_the_index_routes_fail():
    app = FakeApp()
    for response in (
        put(app, {"documents": documents(1)}),
        app.ask("/search", {"text": "a"}),
        app.send("GET", "/vectors", query="ids=a"),
        app.send("GET", "/index"),
        app.ask("/embed", {"text": "a", "store": {"ids": ["a"]}}),
        app.send("DELETE", "/vectors", b'{"ids": ["a"]}'),
    ):
        assert error(response)[:2] == (501, "vectorize_not_configured")
    assert app.model.calls == []
    assert app.ask("/embed", {"text": "a"}).status == 200
