"""Shared fixtures: recorded vectors of the real model, and Workers under the real runtime."""

import gc
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests import dev, local, real_model
from tests.worker import Worker

settings.register_profile("default", max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("short", settings.get_profile("default"), max_examples=40)
settings.register_profile("long", settings.get_profile("default"), max_examples=5_000)
settings.load_profile("default")

# tests/runtime/api/test_clients.py runs these in an environment of their own
collect_ignore = ["clients"]


def pytest_collection_finish() -> None:
    """Leave what was collected, a million objects, out of each garbage collection."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Say last, below pytest's own summary, that browser tests were skipped."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", ()) if reporter else ()
    if skipped := [report for report in reports if report.nodeid.startswith("tests/browser/")]:
        reason = skipped[0].longrepr[2].removeprefix("Skipped: ")
        reporter.write_line(f"{len(skipped)} browser tests were skipped: {reason}")


@pytest.fixture(scope="session")
def recorded() -> dict[str, list[float]]:
    """Texts with their prompts, and the 768 numbers that EmbeddingGemma-300M returned for each."""
    return real_model.recorded()


@pytest.fixture(scope="module")
def start_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Worker]]:
    """Start Workers with the emulators, see tests/local.py. They end with the module, because each takes memory."""
    with local.starting(lambda: tmp_path_factory.mktemp("worker")) as start:
        yield start


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """The Worker with the lexical emulator."""
    with local.starting(lambda: tmp_path_factory.mktemp("worker")) as start:
        yield start()


@pytest.fixture(scope="module")
def start_dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dev.Server]]:
    """Start what `make dev` starts, see tests/dev.py. It takes 20 times the time of `start_worker`."""
    with dev.starting(lambda: tmp_path_factory.mktemp("state")) as start:
        yield start


@pytest.fixture(scope="session")
def local_model() -> SimpleNamespace:
    """What `model_server` serves: recorded vectors, or exact ones for other texts. A test may replace `embed`."""
    return SimpleNamespace(embed=real_model.embed)


@pytest.fixture(scope="session")
def model_server(local_model: SimpleNamespace) -> Iterator[str]:
    """An OpenAI-compatible server with the vectors of `local_model`."""

    def embeddings(request: Request) -> Response:
        rows = [local_model.embed(text) for text in request.get_json()["input"]]
        data = [{"index": index, "embedding": row} for index, row in enumerate(rows)]
        return Response(json.dumps({"object": "list", "data": data}), content_type="application/json")

    with HTTPServer(threaded=True) as server:
        server.expect_request("/v1/embeddings").respond_with_handler(embeddings)
        yield server.url_for("/v1")


@pytest.fixture(scope="session")
def real_model_worker(tmp_path_factory: pytest.TempPathFactory, model_server: str) -> Iterator[Worker]:
    """The Worker with recorded vectors, through LOCAL_EMBEDDINGS_URL."""
    with local.starting(lambda: tmp_path_factory.mktemp("worker")) as start:
        yield start(variables={"LOCAL_EMBEDDINGS_URL": model_server})
