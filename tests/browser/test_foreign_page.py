"""A page of another origin calls the service with the SDKs of OpenAI and MCP, as they come from npm.

A browser can't have the origin of a desktop shell, such as app://obsidian.md;
tests/runtime/api/test_access.py sends it.
"""

import http.server
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from tests import servers
from tests.browser.conftest import KEY
from tests.worker import Worker
from tools.runtime import NODE_MODULES

SOURCE = Path(__file__).with_name("foreign_page.js")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a page with the SDKs."""
    folder = tmp_path_factory.mktemp("page")
    options = ["--bundle", "--format=esm", "--platform=browser", "--log-level=error", f"--outfile={folder / 'page.js'}"]
    subprocess.run([NODE_MODULES / ".bin" / "esbuild", SOURCE, *options], check=True, timeout=60)
    (folder / "index.html").write_text('<!doctype html><script type="module" src="page.js"></script>')
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        servers.start(server)
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def service(start_worker: Callable[..., Worker], origin: str) -> Worker:
    """A service that needs a key, and that allows this origin in another spelling."""
    return start_worker(settings={"AUTH": "on", "API_KEYS": f"tests:{KEY}", "CORS_ORIGINS": origin.upper() + "/"})


@pytest.fixture
def call(browser: webdriver.Chrome, origin: str, service: Worker) -> Callable[..., Any]:
    """Call the service from the page; return what the page got."""

    def run(name: str, page: str = origin) -> Any:
        browser.get(page)
        assert browser.execute_script("return location.origin") == page
        return browser.execute_async_script("call(...arguments)", name, service.url, KEY)

    return run


def test_the_sdk_of_openai(call: Callable[..., Any]) -> None:
    assert call("openai") == [2, 768, "search_query"]
    assert call("large") == 101  # its answer is sent in parts


def test_the_sdk_of_openai_reads_an_error(call: Callable[..., Any]) -> None:
    assert call("rejected") == [401, "unauthorized", True]


def test_the_sdk_of_mcp(call: Callable[..., Any]) -> None:
    names, scores = call("mcp")
    assert names == ["search", "get", "store", "compare"]
    assert scores[0] == pytest.approx([1, 1], abs=1e-6)


def test_an_origin_that_is_not_allowed_reads_nothing(call: Callable[..., Any], origin: str) -> None:
    """The same page under the other name of this machine has another origin."""
    assert call("openai", origin.replace("127.0.0.1", "localhost")) == "failed: Error: Connection error."
