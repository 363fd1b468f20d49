"""`embedder doctor --neurons` against an emulated GraphQL Analytics API."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from typer.testing import CliRunner
from werkzeug import Response

from embedder_cli.doctor import neurons
from embedder_cli.doctor.analytics import Analytics
from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.examination import Options
from embedder_cli.doctor.neurons import Meter
from embedder_cli.doctor.results import Status
from embedder_cli.main import app
from tests.cli.fake_analytics import ACCOUNT, DENIED, TOKEN, FakeAnalytics, answer
from tests.cli.model_service import Service


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch):
    monkeypatch.setattr(neurons, "POLL_S", 0)


@pytest.fixture
def service():
    return Service(vector)


def vector(text):
    """Return one of 16 vectors with short digits: only the number of calls and of tokens matters."""
    return [1.0 if place % 16 == len(text) % 16 else 0.5 for place in range(768)]


@pytest.fixture(scope="module")
def own():
    """Return how often an examination calls the model."""
    service = Service(vector)
    service.examine()
    return len(service.model.calls)


@pytest.fixture
def read(httpserver, service, own):
    """Examine the service. `prepare` is called with the fake analytics and the number of own calls."""

    def run(prepare=lambda fake, own: fake.add(own), *, late=0, service=service):
        fake = FakeAnalytics(httpserver, late=late)
        prepare(fake, own)
        lines = []
        with Endpoint(fake.url, TOKEN) as api:
            found = service.examine(options=Options(False, meter=Meter(Analytics(api, ACCOUNT), lines.append)))
        return found["neurons"], own, lines, fake

    return run


def test_as_many_calls_as_the_doctors_have_a_price_per_estimated_token(read):
    found, own, _, _ = read()
    tokens = found.figures["own_tokens_estimated"]
    assert (found.status, found.figures["calls"], found.figures["neurons"]) == (Status.NOTE, own, own / 2)
    assert tokens > own
    assert found.figures["neurons_per_million"] == own / 2 * 1_000_000 / tokens
    assert found.figures["dollars_per_million"] == pytest.approx(own / 2 * 1_000_000 / tokens * 0.011 / 1000)
    assert found.detail.endswith("per million estimated tokens.")


def test_calls_of_others_in_the_same_minutes_are_not_attributed_to_the_doctor(read):
    found, own, _, _ = read(lambda fake, own: fake.add(own + 5))
    assert found.figures["calls"] == own + 5
    assert f"made {own + 5} calls of the model from " in found.detail
    assert f"the doctor made {own} of them. The figure is for all of them" in found.detail
    assert found.figures["neurons_per_million"] == pytest.approx(25_000)
    assert "per million tokens that Cloudflare counted" in found.detail


def test_there_is_no_price_without_tokens_that_belong_to_the_neurons(read):
    found, *_ = read(lambda fake, own: fake.add(own + 5, tokens=0))
    assert "million" not in found.detail
    assert "dollars_per_million" not in found.figures


def test_other_models_and_other_times_do_not_count(read):
    def prepare(fake, own):
        fake.add(own)
        fake.add(7, model="@cf/baai/bge-m3")
        fake.add(7, at=datetime.now(UTC) - timedelta(minutes=5))

    found, own, _, _ = read(prepare)
    assert found.figures["calls"] == own


def test_late_figures_are_awaited_with_progress(read):
    found, own, lines, fake = read(late=3)
    assert found.figures["calls"] == own
    assert fake.asked == 5  # three without figures, and two with the same ones
    assert lines[0].startswith(f"neurons: 0 of {own} calls are in Cloudflare's analytics after ")
    assert lines[3].startswith(f"neurons: {own} of {own} calls ")


@pytest.mark.parametrize(("arrived", "sentence"), [(0, "None of the {} calls arrived"), (2, "Only 2 of {} calls")])
def test_figures_that_do_not_arrive_in_time_are_said_to_be_missing(read, monkeypatch, arrived, sentence):
    monkeypatch.setattr(neurons, "WAIT_S", 0.2)
    found, own, _, _ = read(lambda fake, _: fake.add(arrived))
    assert found.status is Status.NOTE
    assert found.detail.startswith(sentence.format(own))
    assert "dollars_per_million" not in found.figures


@pytest.mark.parametrize(
    "denied",
    [
        answer(DENIED),
        answer({"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}, 403),
        answer({"success": False, "errors": []}, 401),
    ],
    ids=["graphql", "403", "401"],
)
def test_a_missing_permission_fails_at_once_and_is_named(read, denied):
    found, _, _, fake = read(lambda fake, _: fake.failures.append(denied))
    assert (found.status, fake.asked) == (Status.FAIL, 1)
    assert "permission Account Analytics: Read" in found.detail


def test_a_rejected_query_fails_with_its_reason(read):
    rejected = answer({"data": None, "errors": [{"message": 'unknown field "totalNeurons"'}]})
    found, *_ = read(lambda fake, _: fake.failures.append(rejected))
    assert found.detail == 'Cloudflare\'s analytics rejected the query: unknown field "totalNeurons".'


@pytest.mark.parametrize("body", ["[]", "{}", '{"data": {"viewer": {"accounts": []}}}'])
def test_an_answer_of_another_form_fails(read, body):
    found, *_ = read(lambda fake, _: fake.failures.append(Response(body)))
    assert (found.status, found.detail) == (Status.FAIL, "Cloudflare's analytics gave an answer of an unknown form.")


def test_a_busy_api_is_asked_again(read):
    found, own, lines, _ = read(lambda fake, own: (fake.add(own), fake.failures.append(answer({}, 503))))
    assert found.figures["calls"] == own
    assert lines[0] == "neurons: Cloudflare's analytics answered HTTP 503."


def test_a_local_service_costs_nothing_and_no_one_is_asked(read):
    found, _, _, fake = read(service=Service(vector, LOCAL_MODEL="emulator"))
    assert (found.status, fake.asked) == (Status.SKIP, 0)


@pytest.mark.parametrize("missing", ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"])
def test_without_a_token_and_an_account_it_is_a_usage_error(missing):
    environment = {"CLOUDFLARE_API_TOKEN": TOKEN, "CLOUDFLARE_ACCOUNT_ID": ACCOUNT, missing: ""}
    done = CliRunner(env=environment).invoke(app, ["doctor", "http://127.0.0.1:9", "--neurons"])
    assert done.exit_code == 2
    assert "CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID" in re.sub(r"\s+", " ", done.output.replace("│", ""))


@pytest.mark.parametrize("asked", [True, False])
def test_the_command_reads_the_environment_only_if_asked_to(httpserver, service, own, asked):
    fake = FakeAnalytics(httpserver)
    fake.add(own)
    httpserver.expect_request(re.compile("/")).respond_with_handler(lambda request: over_http(service, request))
    environment = {
        "CLOUDFLARE_API_TOKEN": TOKEN,
        "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
        "CLOUDFLARE_API_BASE_URL": fake.url,
    }
    options = ["--json", "--no-latency", *(["--neurons"] if asked else [])]
    done = CliRunner(env=environment).invoke(app, ["doctor", httpserver.url_for("/"), *options])
    checks = {check["check"]: check for check in json.loads(done.stdout)["checks"]}
    assert ("neurons" in checks, fake.asked > 0) == (asked, asked)


def over_http(service, request):
    """Answer a request of the test's HTTP server with the service."""
    sent = httpx.Request(request.method, request.url, headers=[*request.headers], content=request.data)
    got = asyncio.run(service.answer(sent))
    return Response(got.content, got.status_code, dict(got.headers))
