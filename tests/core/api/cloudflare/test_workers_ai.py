"""Cloudflare's REST API of Workers AI."""

from tests.core.api.bodies import ACCOUNT, RUN
from tests.core.fakes import FakeApp, FakeModel, code, json_of


def test_errors_of_the_rest_dialect_have_cloudflares_format_and_codes():
    app = FakeApp()
    assert json_of(app.ask(RUN, {"text": []})) == {
        "result": None,
        "success": False,
        "errors": [{"code": 5006, "message": "text is empty; send 1 to 2048 items."}],
        "messages": [],
    }
    other = app.ask(f"{ACCOUNT}/run/@cf/baai/bge-m3", {"text": "a"})
    assert (other.status, json_of(other)["errors"][0]["code"]) == (404, 5007)


def test_more_texts_than_a_call_of_the_model_takes_are_split():
    """workers-ai-provider and the functions of Chroma send up to 3,000, or all, in one request."""
    texts = [f"text {number}" for number in range(250)]
    app = FakeApp()
    answer = json_of(app.ask(RUN, {"text": texts}))
    assert (answer["result"]["shape"], len(answer["result"]["data"])) == ([250, 768], 250)
    assert sorted(map(len, app.model.calls)) == [50, 100, 100]
    rejected = FakeApp().ask(RUN, {"text": ["a"] * 2_049})
    assert (rejected.status, json_of(rejected)["errors"][0]["code"]) == (413, 5006)


def test_the_model_can_be_searched():
    path = "/client/v4/accounts/abc/ai/models/search"
    app = FakeApp()
    found = json_of(app.send("GET", path, query="search=gemma"))
    assert [model["name"] for model in found["result"]] == ["@cf/google/embeddinggemma-300m"]
    assert json_of(app.send("GET", path, query="search=llama"))["result"] == []
    assert len(json_of(app.send("GET", path))["result"]) == 1


def test_the_second_page_of_the_models_is_empty():
    """Cloudflare's clients would otherwise never stop to ask for pages."""
    path = "/client/v4/accounts/abc/ai/models/search"
    found = [json_of(FakeApp().send("GET", path, query=f"search=gemma&page={page}")) for page in (1, 2)]
    assert [len(body["result"]) for body in found] == [1, 0]
    assert [body["result_info"]["total_count"] for body in found] == [1, 1]


def test_reject_if_busy_makes_one_attempt_that_does_not_wait():
    path = "/client/v4/accounts/abc/ai/run/@cf/google/embeddinggemma-300m"
    busy = FakeApp(FakeModel(code(3040, 429)))
    assert busy.ask(path, {"text": "a", "options": {"rejectIfBusy": True}}).status == 503
    assert (busy.model.rejecting, busy.slept) == ([True], [])
    patient = FakeApp(FakeModel(code(3040, 429)))
    assert patient.ask(path, {"text": "a", "options": {"rejectIfBusy": False}}).status == 503
    assert patient.model.rejecting == [True, True, True, False]
