"""axe finds nothing on the page: at first, after an embedding, with an error, with a dialog, on a narrow screen."""

import json

import pytest

from tests.browser.conftest import Page
from tools import runtime

AXE = runtime.NODE_MODULES / "axe-core" / "axe.min.js"

OTHERS = [(375, "dark"), (1280, "light")]  # widths and colour schemes


def violations(page: Page) -> list[tuple[str, str]]:
    # the Content-Security-Policy of the page forbids to load it there
    page.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    script = """axe.run(document, {resultTypes: ['violations']}).then((found) => JSON.stringify(
        found.violations.flatMap(({id, nodes}) => nodes.map((node) => [id, `${node.target} ${node.failureSummary}`]))))
        """
    done = page.driver.execute_cdp_cmd(
        "Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True}
    )
    return [(rule, node) for rule, node in json.loads(done["result"]["value"])]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [(375, "light"), (1280, "dark"), *(pytest.param(*each, marks=pytest.mark.extended) for each in OTHERS)],
)
def test_axe_finds_nothing(page: Page, width: int, scheme: str) -> None:
    page.emulate(width=width, scheme=scheme)
    assert violations(page) == []
    page.embed(["red apple", "green apple", "a fast train", "the slow train", "red apple", "long " * 3000])
    page.choose("dimensions", "256")
    page.wait(lambda: len(page.all("#runs-table tbody tr")) == 2)
    page.by("heat-numbers").find_element("tag name", "summary").click()
    page.write(["red apple", "stale results"])
    page.by("store").click()
    page.wait_for("stored-status", "stored.")
    assert page.by("stale").is_displayed()
    assert violations(page) == []
    assert page.run("return document.documentElement.scrollWidth") == width
    page.by("remove").click()
    assert violations(page) == []
    page.by("confirm-remove").click()
    page.wait_for("stored-status", "removed.")


def test_axe_finds_nothing_beside_an_error(page: Page) -> None:
    page.expected = ["status of 429"]
    page.write(["fault:3036 text"])
    page.by("embed").click()
    page.wait_for("embed-error", "Try again in")
    assert violations(page) == []
