"""Fixtures for a browser that opens the page of a running Worker.

After each test, they check that no request went to another origin and that the console has no unexpected lines.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from tests import local
from tests.worker import Worker
from tools import runtime
from tools.runtime import NODE_MODULES, ROOT

LIMIT_S = 30
ARTEFACTS = ROOT / "artefacts"
KEY = "a-key-for-the-tests"
FLAGS = """--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars""".split()


def _program(*names: str) -> str:
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip(f"no browser: {' or '.join(names)} is not installed (apt-get install chromium chromium-driver)")
    return found


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One Chromium for the session, with an empty profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium", "chromium-browser", "google-chrome")
    rebound = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    for flag in (*FLAGS, rebound, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(_program("chromedriver"), env={**os.environ, "SE_OFFLINE": "true"})
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


class Page:
    """The page in a tab: its controls, its network events and its console."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.url = url
        # parts of console lines that the test causes, such as "status of 401"
        self.expected: list[str] = []
        self.events: list[dict[str, Any]] = []
        driver.get("about:blank")
        for kind in ("browser", "performance"):
            driver.get_log(kind)

    def open(self, path: str = "/", *, folded: bool = False) -> None:
        """Open a page, with its sections unfolded."""
        self.driver.get(self.url + path)
        if not folded:
            self.run("for (const part of document.querySelectorAll('details.part')) part.open = true")

    def open_empty(self) -> None:
        """Open the page without what an earlier one has stored: its storage is cleared before its scripts run."""
        clear = {"source": "sessionStorage.clear(); localStorage.clear()"}
        script = self.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", clear)
        self.open()
        self.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)

    def by(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, name: str) -> str:
        return str(self.by(name).get_property("textContent"))

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], object]) -> Any:
        waiting = WebDriverWait(self.driver, LIMIT_S, 0.05, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(lambda _: condition(), "the page did not reach the expected state")

    def wait_for(self, name: str, part: str) -> str:
        """Wait until the text of this element contains `part`, and return the text."""
        self.wait(lambda: part in self.text(name))
        return self.text(name)

    def write(self, lines: Sequence[str]) -> None:
        """Enter texts into the field, as pasting does."""
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))"
        self.run(script, self.by("texts"), "\n".join(lines))

    def choose(self, name: str, value: str) -> None:
        Select(self.by(name)).select_by_visible_text(value)

    def embed(self, lines: Sequence[str] | None = None) -> str:
        """Embed, and return the text of the status line."""
        if lines is not None:
            self.write(lines)
        self.by("embed").click()
        status = self.wait_for("status", " numbers in ")
        self.wait(lambda: not self.by("stale").is_displayed() and "nearest" in self.text("map-note"))
        return status

    def numbers(self) -> list[list[float]]:
        """Open the text alternative of the heat map, and return its cosines."""
        if not self.by("heat-numbers").get_property("open"):
            self.by("heat-numbers").find_element(By.TAG_NAME, "summary").click()
        self.wait(lambda: self.all("#heat-table td"))
        script = """return [...document.querySelectorAll('#heat-table tr')].slice(1).map(
            (row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent.replace('\\u2212', '-'))))"""
        return self.run(script)

    def bars(self, name: str) -> list[str]:
        """Return the texts of a list with scores."""
        script = """return [...arguments[0].children].map(
            (item) => (item.querySelector('.clamp') ?? item.lastElementChild).textContent.replace(/^\\d+ /, ''))"""
        return self.run(script, self.by(name))

    def emulate(self, *, width: int = 1280, height: int = 900, scheme: str = "light") -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def picture(self, name: str) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        assert self.driver.save_screenshot(str(ARTEFACTS / f"{name}.png"))
        return ARTEFACTS / f"{name}.png"

    def violations(self) -> list[tuple[str, str]]:
        """Return what axe reports on the page: the rule, and the first element that violates it."""
        self.run((NODE_MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
        script = """const done = arguments[arguments.length - 1];
            axe.run().then(({violations}) => done(violations.map((one) => [one.id, one.nodes[0].html])))"""
        return [(rule, html) for rule, html in self.driver.execute_async_script(script)]

    def network(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of all events of this kind since the test began."""
        for entry in self.driver.get_log("performance"):
            self.events.append(json.loads(entry["message"])["message"])
        return [event["params"] for event in self.events if event["method"] == method]

    def requests(self) -> list[dict[str, Any]]:
        return [event["request"] for event in self.network("Network.requestWillBeSent")]

    def calls(self, method: str, path: str) -> list[Any]:
        """Return the bodies of the requests to a route."""
        found = [item for item in self.requests() if item["method"] == method and item["url"] == self.url + path]
        return [json.loads(item["postData"]) if "postData" in item else None for item in found]

    def check(self) -> None:
        """Check that no request left the origin, and that the console has no unexpected lines."""
        own = (f"{self.url}/", "data:", "blob:", "about:")
        assert [item["url"] for item in self.requests() if not item["url"].startswith(own)] == []
        lines = [item["message"] for item in self.driver.get_log("browser") if item["level"] in ("SEVERE", "WARNING")]
        assert [line for line in lines if not any(part in line for part in self.expected)] == []


@pytest.fixture
def visit(browser: webdriver.Chrome) -> Iterator[Callable[[Worker], Page]]:
    """Open the page of a Worker in a fresh state."""
    pages: list[Page] = []

    def open_page(of: Worker) -> Page:
        page = Page(browser, of.url)
        pages.append(page)
        page.emulate()
        page.open_empty()
        page.wait_for("source", "recorded")
        return page

    yield open_page
    for page in pages:
        page.check()


@pytest.fixture
def page(visit: Callable[[Worker], Page], worker: Worker) -> Page:
    """The page of the Worker with the lexical emulator."""
    return visit(worker)


@pytest.fixture(scope="session")
def start_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Worker]]:
    """Start Workers that also serve the page. tests/browser/test_served.py looks at what wrangler serves."""
    runtime.prepare(tests=True)
    with local.starting(lambda: tmp_path_factory.mktemp("site")) as start:
        yield partial(start, callers=local.front())


@pytest.fixture(scope="session")
def worker(start_site: Callable[..., Worker]) -> Worker:
    """The Worker with the lexical emulator."""
    return start_site()


@pytest.fixture(scope="session")
def real_model_worker(start_site: Callable[..., Worker], model_server: str) -> Worker:
    """The Worker with recorded vectors, through LOCAL_EMBEDDINGS_URL."""
    return start_site(variables={"LOCAL_EMBEDDINGS_URL": model_server})


@pytest.fixture(scope="session")
def locked_worker(start_site: Callable[..., Worker]) -> Worker:
    """A Worker that requires a key."""
    return start_site(settings={"AUTH": "on", "API_KEYS": f"tests:{KEY}"})
