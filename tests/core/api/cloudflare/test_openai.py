"""OpenAI's endpoints in Cloudflare's REST API."""

import json

from tests.core.api.bodies import ACCOUNT, openai, sent
from tests.core.fakes import FakeApp, content


def test_the_answer_is_that_of_openai():
    _, answer, calls = sent(f"{ACCOUNT}/v1/embeddings", openai(["a"]))
    assert (answer["object"], len(answer["data"][0]["embedding"]), calls) == ("list", 768, [["a"]])


def test_an_error_has_both_formats():
    response = FakeApp().ask(f"{ACCOUNT}/v1/embeddings", {"model": "embeddinggemma"})
    answer = json.loads(content(response))
    assert response.status == 400
    assert answer["success"] is False
    assert answer["errors"][0]["message"] == answer["error"]["message"]
    assert list(answer) == ["result", "success", "errors", "messages", "error"]


def test_the_header_of_an_ai_gateway_is_honoured():
    app = FakeApp()
    app.ask(f"{ACCOUNT}/v1/embeddings", openai("a"), cf_aig_gateway_id="other")
    assert app.model.gateways == ["other"]
