"""The doctor: its arithmetic, the source of the vectors, the search for the text limit, and what it must find."""

import json
from array import array
from base64 import b64decode, b64encode
from hashlib import sha256

import httpx
import pytest

from embedder_cli.doctor import contract, vectors
from embedder_cli.doctor.examination import Options
from embedder_cli.doctor.model import figures
from embedder_cli.doctor.results import Status
from emulator import lexical
from tests.cli.model_service import Service
from tools import runtime

KEY = "a-key-of-sixteen-characters"


def failed(found):
    return {name for name, result in found.items() if result.status is Status.FAIL}


def changed(body):
    """Return a `tamper` that changes the JSON of every answer that `body` wants to."""

    def tamper(request, response):
        new = body(request, response.json())
        return response if new is None else httpx.Response(response.status_code, headers=response.headers, json=new)

    return tamper


def test_the_real_model_passes(model):
    found = Service(model).examine()
    assert failed(found) == set()
    assert found["vectors"].figures == {"source": None}
    assert [found[name].status for name in ("figures without prompts", "figures with prompts", "prompts")] == ["ok"] * 3


def test_the_emulator_is_recognised_and_checks_of_the_model_are_skipped():
    found = Service(lexical.embed, LOCAL_MODEL="emulator").examine()
    assert failed(found) == set()
    assert found["vectors"].figures == {"source": "emulator"}
    assert found["figures with prompts"].status is Status.SKIP


def test_the_emulator_behind_a_deployed_service_is_a_failure():
    found = Service(lexical.embed, LOCAL_MODEL="emulator").examine(url="https://embedder.example.workers.dev")
    assert failed(found) == {"vectors"}
    assert "Remove LOCAL_MODEL and the emulator's bindings" in found["vectors"].detail


def test_a_local_model_is_named_and_compared_with_the_published_figures(model):
    found = Service(model, LOCAL_MODEL="server").examine()
    assert failed(found) == set()
    assert "the server at LOCAL_EMBEDDINGS_URL" in found["vectors"].detail
    assert found["figures with prompts"].status is Status.OK


def test_a_local_model_that_is_another_one_is_found():
    found = Service(lexical.embed, LOCAL_MODEL="server").examine()
    assert failed(found) >= {"figures without prompts", "figures with prompts"}


def test_half_precision_is_still_the_model(model):
    assert failed(Service(lambda text: [round(value, 3) for value in model(text)]).examine()) == set()


def test_a_model_that_adds_prompts_itself_is_found(model):
    prompted = {figures.PLANET_QUERY: figures.QUERY_PROMPT, **dict.fromkeys(figures.PLANETS, figures.DOCUMENT_PROMPT)}
    found = Service(lambda text: model(prompted.get(text, "") + text)).examine()
    assert failed(found) >= {"prompts", "recorded vectors"}
    assert "adds prompts itself" in found["prompts"].detail


def test_a_service_that_forgets_the_prompt_is_found(model):
    def forgetful(text):
        return model(text.removeprefix(figures.QUERY_PROMPT).removeprefix(figures.DOCUMENT_PROMPT))

    assert failed(Service(forgetful).examine()) >= {"prompts", "figures with prompts", "recorded vectors"}


def test_smaller_vectors_that_are_not_the_beginning_of_the_large_one_are_found(model):
    def projected(_, body):
        rows = body.get("data", [])
        if rows and isinstance(rows[0], list) and len(rows[0]) == 128:
            body["data"] = [row[::-1] for row in rows]
            return body
        return None

    detail = Service(model, changed(projected)).run(contract.normalised).detail
    assert detail == "Vectors of 128 dimensions are not the beginning of the vector of 768."


def test_base64_of_another_byte_order_is_found(model):
    def swap(request, body):
        if b"base64" not in request.content:
            return None
        for row in body["data"]:
            numbers = array("f", b64decode(row["embedding"]))
            numbers.byteswap()
            row["embedding"] = b64encode(numbers.tobytes()).decode()
        return body

    assert failed(Service(model, changed(swap)).examine()) == {"base64"}


def test_a_route_that_differs_is_found(model):
    def other(request, body):
        if request.url.path == "/v1/embeddings" and len(body["data"][0]["embedding"]) == 768:
            body["data"].reverse()
            return body
        return None

    assert failed(Service(model, changed(other)).examine()) == {"routes"}


def test_errors_of_another_form_are_found(model):
    def flat(_, body):
        return {"error": "no"} if "error" in body else None

    found = Service(model, changed(flat)).examine()
    assert {"errors"} <= failed(found)


def test_an_error_that_lacks_a_key_is_found(model):
    def without_type(_, body):
        if "error" in body:
            del body["error"]["type"]
            return body
        return None

    assert failed(Service(model, changed(without_type)).examine()) == {"errors"}


def test_an_answer_of_another_form_fails_the_check(model):
    def bare(request, body):
        return {"data": [None] * len(body["data"])} if request.url.path == "/embed" else None

    assert "figures without prompts" in failed(Service(model, changed(bare)).examine())


def test_without_an_index_nothing_fails(model):
    assert Service(model).run(contract.index).status is Status.NOTE


@pytest.mark.parametrize(("fits", "status"), [(True, Status.OK), (False, Status.FAIL)])
def test_an_index_must_fit(model, fits, status):
    def index(request, response):
        if request.url.path != "/index":
            return response
        size = 768 if fits else 1024
        body = {"fits": fits, "dimensions": size, "model_dimensions": 768, "vector_count": 5}
        return httpx.Response(200, json=body)

    assert Service(model, index).run(contract.index).status is status


@pytest.mark.parametrize(
    ("off", "status", "sentence"),
    [
        (0.0, Status.OK, "It has 768 dimensions and 5 vectors, and its scores are cosines."),
        (
            0.3,
            Status.FAIL,
            "the index has another metric. Create one with the metric cosine, and write everything again.",
        ),
    ],
)
def test_the_metric_is_seen_in_a_score(model, off, status, sentence):
    def stored(request, response):
        if request.url.path == "/index":
            body = {"fits": True, "dimensions": 768, "model_dimensions": 768, "vector_count": 5}
        elif request.url.path == "/search":
            values = model(figures.DOCUMENT_PROMPT + figures.PLANETS[1])
            score = vectors.cosine(model(figures.QUERY_PROMPT + figures.PLANET_QUERY), values) + off
            body = {"count": 1, "matches": [{"id": "mars", "score": score, "values": values}]}
        else:
            return response
        return httpx.Response(200, json=body)

    found = Service(model, stored).run(contract.index)
    assert (found.status, found.detail.endswith(sentence)) == (status, True)


def test_keys(model):
    service = Service(model, AUTH="on", API_KEYS=f"me:{KEY}")
    assert failed(service.examine(key=KEY)) == set()
    for key in (None, "another-key-of-sixteen"):
        found = service.examine(key=key)
        assert [*found] == ["reachable", "authentication"]
        assert failed(found) == {"authentication"}


def test_a_key_that_may_not_do_everything_is_explained(model):
    def examined(*scopes):
        entry = {"name": "k", "sha256": sha256(KEY.encode()).hexdigest(), "scopes": scopes}
        return Service(model, AUTH="on", API_KEYS=json.dumps([entry])).examine(key=KEY)

    found = examined("embed")
    assert failed(found) == set()
    assert (found["index"].status, found["index"].detail) == (
        Status.NOTE,
        "Not checked: the key lacks the scope search.",
    )
    found = examined("search")
    assert found["authentication"].status is Status.OK
    assert "needs the scope embed; the key has search" in found["figures without prompts"].detail


def test_the_index_of_a_key_with_namespaces_has_no_count(model):
    def index(request, response):
        body = {"fits": True, "dimensions": 768, "model_dimensions": 768, "vector_count": None}
        return httpx.Response(200, json=body) if request.url.path == "/index" else response

    found = Service(model, index).run(contract.index)
    assert (found.status, found.detail[:23]) == (Status.OK, "It has 768 dimensions. ")


def test_a_service_without_keys_is_reported(model):
    found = Service(model, AUTH="on").examine(key=KEY)
    assert "API_KEYS" in found["authentication"].detail


def test_a_service_that_can_not_be_reached():
    def refuse(request, _):
        raise httpx.ConnectError("refused", request=request)

    found = Service(lexical.embed, refuse).examine()
    assert [*found] == ["reachable"]
    assert failed(found) == {"reachable"}


def test_a_service_that_fails_in_every_request_has_an_invalid_variable():
    answer = httpx.Response(500, json={"error": {"code": "internal_error", "message": "m"}})
    found = Service(lexical.embed, lambda *_: answer).examine()
    assert "a variable or a binding is invalid" in found["reachable"].detail
    other = Service(lexical.embed, lambda *_: httpx.Response(503, json={})).examine()
    assert "variable" not in other["reachable"].detail


def test_the_calls_of_an_examination_are_those_of_the_documents(model):
    made = Service(model)
    made.examine()
    told = f"It sends {sum(map(len, made.model.calls))} texts in {len(made.model.calls)} calls of the model"
    assert told in (runtime.ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_latency_takes_as_many_requests_as_announced(model):
    service = Service(model)
    without = service.examine() and service.requests
    service.requests = 0
    found = service.examine(options=Options())
    assert service.requests - without == 13
    assert [*found["latency"].figures["p50_ms"]] == ["1", "10", "100"]


def test_arithmetic():
    assert vectors.cosine([1, 0], [1, 1]) == pytest.approx(0.7071, abs=1e-4)
    assert vectors.cosine([0, 0], [1, 1]) == 0
    assert not vectors.same([1, 0], [1, 0, 0])
    assert vectors.from_base64("AACAPwAAAMA=") == [1.0, -2.0]
    assert vectors.worst([0.1, 0.9], [0.2, 0.5]) == pytest.approx(0.4)
