"""Shared fixtures: recorded vectors of the real model, and Workers under the real runtime.

One `make dev` serves the whole session. A second one uses the recorded vectors.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from emulator import lexical
from tests.worker import Worker, free_port
from tools import runtime
from tools.dev import process as dev

settings.register_profile("default", max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("long", settings.get_profile("default"), max_examples=5_000)
settings.load_profile("default")

DATA = Path(__file__).parent / "data"
# tests/runtime/test_clients.py runs these in an environment of their own
collect_ignore = ["clients"]


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
    lines = (DATA / "embeddinggemma-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    return {item["text"]: item["vector"] for item in map(json.loads, lines)}


@contextmanager
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Worker]]:
    """Start Workers with the local emulator, and stop them at the end of the block."""
    runtime.prepare()
    started: list[Worker] = []

    def start(**options: object) -> Worker:
        port = free_port()
        worker = Worker(dev.start(port, persist_to=str(tmp_path_factory.mktemp("state")), **options), port)
        started.append(worker)
        worker.wait_until_ready()
        return worker

    try:
        yield start
    finally:
        for worker in started:
            dev.stop(worker.process)


@pytest.fixture(scope="module")
def start_worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Worker]]:
    """Start Workers of a module. Each takes a gigabyte of memory, so they do not run until the end of the session."""
    with workers(tmp_path_factory) as start:
        yield start


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """The Worker with the lexical emulator."""
    with workers(tmp_path_factory) as start:
        yield start()


@pytest.fixture(scope="session")
def local_model(recorded: dict[str, list[float]]) -> SimpleNamespace:
    """What `model_server` serves: recorded vectors, or lexical ones for other texts. A test may replace `embed`."""
    return SimpleNamespace(embed=lambda text: recorded.get(text) or lexical.embed(text))


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
    with workers(tmp_path_factory) as start:
        yield start(variables={"LOCAL_EMBEDDINGS_URL": model_server})
