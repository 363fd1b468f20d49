"""AI Gateway: the runtime's own binding class sends calls through it, with the option that the variables ask for."""

import json
import threading
from contextlib import contextmanager
from http.server import ThreadingHTTPServer

import pytest
import requests

from embedder.settings import Settings, SettingsError
from tests.runtime import upstream
from tools import workerd

TEXTS = ["first", "second"]


@contextmanager
def models():
    """Workers AI, behind the paths with and without a gateway; yield its address and its calls: path and gateway."""
    calls = []

    class Handler(upstream.Handler):
        def do_POST(self):  # noqa: N802
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            calls.append((self.path.partition("?")[0], body["options"].get("gateway")))
            self.reply(upstream.workers_ai.answer([upstream.row(text) for text in body["inputs"]["text"]]))

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", calls
    server.shutdown()


@pytest.mark.parametrize(
    ("variables", "call"),
    [
        ({}, ("/run", None)),
        ({"AI_GATEWAY": "my-gateway"}, ("/ai-gateway/run", {"id": "my-gateway"})),
        (
            {"AI_GATEWAY": "my-gateway", "AI_GATEWAY_CACHE_TTL_S": "3600"},
            ("/ai-gateway/run", {"id": "my-gateway", "cacheTtl": 3600}),
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
    assert calls == [call, call]


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
