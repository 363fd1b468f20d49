"""AI Gateway: the runtime's own binding class sends calls through it, with the option that the variables ask for."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

import pytest
import requests

from embedder.settings import MODEL, Settings, SettingsError
from tests import servers
from tests.core.fakes import FakeApp, json_of
from tests.runtime import upstream
from tools import workerd

TEXTS = ["first", "second"]
RUN = f"/client/v4/accounts/any/ai/run/{MODEL}"


@contextmanager
def models():
    """Workers AI, with and without a gateway; yield its address and its calls: path, gateway and texts."""
    calls = []

    class Handler(upstream.Handler):
        def do_POST(self):  # noqa: N802
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            calls.append((self.path.partition("?")[0], body["options"].get("gateway"), body["inputs"]["text"]))
            self.reply(upstream.workers_ai.answer([upstream.row(text) for text in body["inputs"]["text"]]))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    servers.start(server)
    yield f"127.0.0.1:{server.server_port}", calls
    server.shutdown()


@pytest.mark.parametrize(
    ("variables", "call"),
    [
        ({}, ("/run", None)),
        ({"AI_GATEWAY": "my-gateway"}, ("/ai-gateway/run", {"id": "my-gateway", "collectLog": False})),
        (
            {"AI_GATEWAY": "my-gateway", "AI_GATEWAY_CACHE_TTL_S": "3600"},
            ("/ai-gateway/run", {"id": "my-gateway", "collectLog": False, "cacheTtl": 3600}),
        ),
    ],
    ids=["no gateway", "gateway", "gateway that keeps answers"],
)
def test_calls_of_the_model_pass_through_the_gateway_that_is_named(variables, call, tmp_path):
    with models() as (address, calls):
        config = workerd.Config([upstream.worker(**variables), workerd.External("upstream", address)], {"embedder": 0})
        with workerd.serve(config, tmp_path) as process:
            for _ in range(2):
                answer = requests.post(process.url("embedder") + "/embed", json={"text": TEXTS}, timeout=60)
                assert (answer.status_code, answer.json()["shape"]) == (200, [2, 768])
    assert [(path, gateway) for path, gateway, _ in calls] == [call, call]


@pytest.mark.parametrize("variables", [{}, {"AI_GATEWAY": "own", "AI_GATEWAY_CACHE_TTL_S": "60"}], ids=["none", "own"])
def test_a_header_of_cloudflares_rest_api_chooses_the_gateway_of_one_call(variables, tmp_path):
    own = {"id": "own", "collectLog": False, "cacheTtl": 60} if variables else None
    expected = {
        "": own,
        "own": own or {"id": "own", "collectLog": False},
        **{f"other-{number}": {"id": f"other-{number}", "collectLog": False} for number in range(6)},
    }
    with models() as (address, calls):
        config = workerd.Config([upstream.worker(**variables), workerd.External("upstream", address)], {"embedder": 0})
        with workerd.serve(config, tmp_path) as process, ThreadPoolExecutor(8) as pool:

            def run(name):
                headers = {"cf-aig-gateway-id": name} if name else {}
                answer = requests.post(
                    process.url("embedder") + RUN, json={"text": name or "-"}, headers=headers, timeout=60
                )
                assert (answer.status_code, answer.json()["result"]["shape"]) == (200, [1, 768])

            list(pool.map(run, [*expected] * 3))
            native = {"headers": {"cf-aig-gateway-id": "other"}, "json": {"text": "-"}, "timeout": 60}
            assert requests.post(process.url("embedder") + "/embed", **native).status_code == 200
    assert len(calls) == 3 * len(expected) + 1
    for path, gateway, [text] in calls:
        assert (path, gateway) == ("/ai-gateway/run" if gateway else "/run", expected["" if text == "-" else text])


@pytest.mark.parametrize("path", [RUN, "/client/v4/accounts/any/ai/v1/embeddings"])
@pytest.mark.parametrize("name", ["no spaces", "x" * 65, "a/b"])
def test_a_header_that_is_no_id_is_rejected_before_the_call(path, name):
    app = FakeApp()
    response = app.ask(path, {"text": "a"}, cf_aig_gateway_id=name)
    sentence = (
        "The header cf-aig-gateway-id must be the id of a gateway: at most 64 letters, digits, hyphens and underscores."
    )
    assert (response.status, json_of(response)["errors"][0]["message"]) == (400, sentence)
    assert app.model.calls == []


@pytest.mark.parametrize(
    ("path", "body", "gateway"),
    [
        (RUN, {"text": "a"}, "mine"),
        ("/client/v4/accounts/any/ai/v1/embeddings", {"input": "a", "model": "embeddinggemma-300m"}, "mine"),
        ("/v1/embeddings", {"input": "a", "model": "embeddinggemma-300m"}, ""),
        ("/embed", {"text": "a"}, ""),
    ],
)
def test_only_cloudflares_routes_take_the_header(path, body, gateway):
    app = FakeApp()
    assert app.ask(path, body, cf_aig_gateway_id="mine").status == 200
    assert app.model.gateways == [gateway]


@pytest.mark.parametrize("seconds", ["0", 0, " 0 ", "60", "2592000"])
def test_a_time_that_a_gateway_can_cache_for_is_accepted(seconds):
    assert Settings.from_env({"AI_GATEWAY_CACHE_TTL_S": seconds}).ai_gateway_cache_ttl_s == int(seconds)


@pytest.mark.parametrize("seconds", ["1", "59", "2592001", "", "x", "-60"])
def test_other_times_are_rejected(seconds):
    sentence = "^AI_GATEWAY_CACHE_TTL_S must be an integer from 60 to 2592000, or 0 for the gateway's own setting.$"
    with pytest.raises(SettingsError, match=sentence):
        Settings.from_env({"AI_GATEWAY_CACHE_TTL_S": seconds})


@pytest.mark.parametrize("name", ["no spaces", "x" * 65, "a/b"])
def test_the_id_of_a_gateway_is_checked(name):
    with pytest.raises(SettingsError, match="AI_GATEWAY must be the id of a gateway"):
        Settings.from_env({"AI_GATEWAY": name})
