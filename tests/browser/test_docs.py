"""The reference: it lists every route, calls work, and no other host is contacted."""

import pytest
import requests
from selenium.webdriver.common.by import By

from tests.browser.conftest import Page


@pytest.fixture
def docs(page: Page) -> Page:
    page.driver.get(page.url + "/docs")
    page.wait(lambda: page.all(".opblock"))
    return page


def test_every_operation_is_listed(docs: Page) -> None:
    paths = requests.get(docs.url + "/openapi.json", timeout=30).json()["paths"]
    wanted = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    script = """return [...document.querySelectorAll('.opblock-summary')].map((line) =>
        ['method', 'path'].map((part) => line.querySelector('.opblock-summary-' + part))).map(([method, path]) =>
        [method.textContent, path.dataset.path])"""
    assert {tuple(item) for item in docs.run(script)} == wanted


def test_a_call_can_be_executed(docs: Page) -> None:
    block = docs.all("[id$=get_health]")[0]
    block.find_element(By.CSS_SELECTOR, ".opblock-summary-control").click()
    for button in (".try-out__btn", ".execute"):
        if found := docs.wait(lambda name=button: docs.all(f"[id$=get_health] {name}")):
            found[0].click()
    docs.wait(lambda: "200" in [cell.text.strip() for cell in docs.all(".live-responses-table .response-col_status")])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_reference_follows_the_colour_scheme(docs: Page, scheme: str) -> None:
    docs.emulate(scheme=scheme)
    dark = "return document.documentElement.classList.contains('dark-mode')"
    docs.wait(lambda: docs.run(dark) == (scheme == "dark"))
    docs.picture(f"docs-{scheme}")
