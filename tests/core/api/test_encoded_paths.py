"""For every route, a percent-encoded path has exactly the answer of the plain one, errors included."""

import json
import re

import pytest

from embedder.api import routes
from embedder.settings import MODEL
from tests import strategies
from tests.core.api.bodies import NAME, cohere
from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import content

KEY = "0123456789abcdef"
MODELS = (NAME, "google/embeddinggemma-300m", MODEL, "embeddinggemma-300m:clustering", "unknown/model")
PATHS = list(
    dict.fromkeys(
        re.sub(r"{(id|model|deployment)}", model, route.path).format(
            account="abc", index="embedder", prefix="v1/any", base="any/v1"
        )
        for route in routes.TABLE
        for model in MODELS
    )
)
UNKNOWN = [
    "/other", "/v1/other", "/v1beta/other", "/api/other", "/openai/other", "/mcp/other", "/client/v4/other",
    "/client/v4/accounts/abc/ai/other", "/client/v4/accounts/abc/ai/v1/other",
    "/client/v4/accounts/abc/vectorize/v2/indexes/embedder/other",
]  # fmt: skip
BODIES = [json.dumps(body).encode() for body in strategies.VALID] + [b"{}", b"[", b'{"model": "other"}']
LETTER = re.compile(r"(?<=/)[a-z0-9]")


def encoded(path):
    """Yield the path with one letter encoded, with each slash, and with each `:` and `@`."""
    for letter in list(LETTER.finditer(path))[:3]:
        yield f"{path[: letter.start()]}%{ord(letter[0]):02x}{path[letter.end() :]}"
    yield "/" + path[1:].replace("/", "%2F")
    yield path.replace(":", "%3A").replace("@", "%40")
    yield "".join(f"%{ord(char):02X}" if char != "/" else char for char in path)


def answers(path, bodies=BODIES, key=KEY):
    """Return all that the service says to requests with this path, the log included."""
    app = app_with(FakeIndex(), AUTH="on", API_KEYS=f"web:{KEY}")
    sent = [(method, body) for method in ("POST", "PUT", "DELETE") for body in bodies]
    sent += [(method, b"") for method in ("GET", "HEAD", "OPTIONS", "PATCH")]
    found = [app.send(method, path, body, authorization=f"Bearer {key}") for method, body in sent]
    return [(answer.status, answer.headers, content(answer)) for answer in found], app.log


@pytest.mark.parametrize("path", PATHS + UNKNOWN)
def test_an_encoded_path_has_the_answer_of_the_plain_one(path):
    plain = answers(path, BODIES if path in PATHS else BODIES[-3:])
    for other in encoded(path):
        assert answers(other, BODIES if path in PATHS else BODIES[-3:]) == plain, other


@pytest.mark.parametrize("path", PATHS + UNKNOWN)
def test_a_caller_without_a_key_gets_the_same_error_for_an_encoded_path(path):
    for other in encoded(path):
        assert answers(other, BODIES[:1], key="") == answers(path, BODIES[:1], key=""), other


def test_both_versions_of_cohere_answer_as_themselves_whatever_the_path_looks_like():
    for version in ("1", "2"):
        app = app_with(FakeIndex())
        answer = json.loads(content(app.ask(f"/v{version}/%65mbed", cohere())))
        assert answer["meta"]["api_version"] == {"version": version}
        assert isinstance(answer["embeddings"], list) is (version == "1")


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("/%61pi/embed", "/api/embed"),
        ("/api%2Fembed", "/api/embed"),
        ("/v1%62eta/models/x:embedContent", "/v1beta/models/x:embedContent"),
        ("/v1/models/google%2fx%3AembedContent", "/v1/models/google/x:embedContent"),
        ("/%6dcp", "/mcp"),
    ],
)
def test_an_encoded_path_has_the_error_format_of_its_api(path, plain):
    response = app_with(FakeIndex()).send("POST", path, b"{")
    assert response.status == 400
    strategies.check_error(plain, 400, content(response))


def test_a_question_mark_in_a_path_does_not_begin_the_query():
    response = app_with(FakeIndex()).send("GET", "/v1/models/embeddinggemma%3Fx")
    assert (response.status, "'embeddinggemma?x'" in content(response)) == (404, True)


@pytest.mark.parametrize("name", ["%0A", "a%0Ab", "%0D%0A"])
@pytest.mark.parametrize("path", ["/v1/models/{}:embedContent", "/v1beta/models/{}:batchEmbedContents"])
def test_a_line_break_in_a_name_keeps_the_route(name, path):
    response = app_with(FakeIndex()).send("POST", path.format(name), b'{"content": {"parts": [{"text": "a"}]}}')
    assert response.status in (400, 404)
    strategies.check_error(path, response.status, content(response))
