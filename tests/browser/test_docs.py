"""The reference in a browser: readable everywhere, and its examples can be sent, changed and copied."""

import json
from collections.abc import Callable

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import KEY, Page
from tests.worker import Worker


@pytest.fixture
def docs(page: Page) -> Page:
    page.open("/docs")
    return page


def send(page: Page, operation: str) -> str:
    """Send the first example of an operation, and return the text of the result."""
    page.run("document.getElementById(arguments[0]).scrollIntoView()", operation)
    page.all(f"#{operation} .send")[0].click()
    return page.wait(lambda: next((item.text for item in page.all(f"#{operation} .result pre")), ""))


def test_every_operation_is_on_the_page_and_in_the_contents(docs: Page) -> None:
    paths = requests.get(docs.url + "/openapi.json", timeout=30).json()["paths"]
    wanted = {(operation["operationId"], path) for path, methods in paths.items() for operation in methods.values()}
    script = """return [...document.querySelectorAll('article')].map(
        (item) => [item.id, item.querySelector('h3 code').textContent])"""
    assert {tuple(item) for item in docs.run(script)} == wanted
    links = docs.run("return [...document.querySelectorAll('nav a')].map((item) => item.hash.slice(1))")
    assert {name for name, _ in wanted} <= set(links)


def test_every_link_leads_to_something(docs: Page) -> None:
    script = """return [...document.querySelectorAll('a[href^="#"]')].map((item) => item.hash.slice(1))
        .filter((name) => !document.getElementById(name))"""
    assert docs.run(script) == []


def test_commands_have_the_address_of_the_service(docs: Page) -> None:
    assert f"export EMBEDDER_URL={docs.url}\n" in docs.all("#start pre")[0].text
    command = docs.all("#post_v1_embeddings .example pre")[0].text
    assert command.startswith(f'curl "{docs.url}/v1/embeddings"')
    assert '-H "authorization: Bearer $EMBEDDER_KEY"' in command
    assert f'base_url="{docs.url}/v1"' in docs.all("#post_v1_embeddings pre")[0].text


def test_an_example_can_be_sent(docs: Page) -> None:
    result = send(docs, "post_v1_embeddings")
    assert "x-embedding-task: search_query" in result
    assert "… 765 more]" in result
    assert docs.run("return document.activeElement.className") == "send"


def test_a_document_is_stored_found_and_deleted(docs: Page) -> None:
    assert '"visible": true' in send(docs, "put_vectors")
    assert '"id": "example-mars"' in send(docs, "post_search")
    assert '"missing": ["example-dogs"]' in send(docs, "get_vectors")
    assert '"visible": true' in send(docs, "delete_vectors")


def test_the_body_can_be_changed_with_the_keyboard(docs: Page) -> None:
    example = docs.all("#post_similarity .example")[0]
    summary = next(item for item in example.find_elements(By.TAG_NAME, "summary") if item.text == "Change the body")
    summary.send_keys(Keys.ENTER)
    field = example.find_element(By.TAG_NAME, "textarea")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys('{"texts": ["it\'s", "its"]}')
    assert '-d \'{"texts": ["it\'\\\'\'s", "its"]}\'' in example.find_element(By.TAG_NAME, "pre").text
    example.find_element(By.CSS_SELECTOR, ".send").send_keys(Keys.ENTER)
    docs.wait(lambda: '"shape": [2, 2]' in example.find_element(By.CSS_SELECTOR, ".result").text)
    assert docs.calls("POST", "/similarity") == [{"texts": ["it's", "its"]}]


def test_a_rejected_example_shows_the_error(docs: Page) -> None:
    docs.expected = ["status of 400"]
    docs.run("document.querySelector('#post_embed .example details').open = true")
    docs.all("#post_embed textarea")[0].clear()
    docs.all("#post_embed textarea")[0].send_keys("{}")
    assert '"code": "invalid_request"' in send(docs, "post_embed")
    assert docs.all("#post_embed .result .failed")[0].text.startswith("400 in ")


def test_a_command_can_be_copied(docs: Page) -> None:
    docs.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"origin": docs.url, "permissions": ["clipboardSanitizedWrite"]}
    )
    button = docs.all("#post_embed .example[open] .row button:not(.send)")[0]
    button.click()
    docs.wait(lambda: button.text == "Copied")


def test_the_key_of_the_tab_is_used_and_can_be_entered(visit: Callable[[Worker], Page], locked_worker: Worker) -> None:
    page = visit(locked_worker)
    page.expected = ["status of 401"]
    page.open("/docs")
    assert '"code": "unauthorized"' in send(page, "post_embed")
    page.all("#post_embed .result a")[0].click()
    page.by("key").send_keys(KEY, Keys.ENTER)
    page.wait_for("key-note", "saved")
    page.all("#post_embed .send")[0].click()
    page.wait(lambda: "… 253 more]" in page.all("#post_embed .result")[0].text)
    assert KEY not in page.driver.page_source
    page.by("forget").click()
    assert page.run("return sessionStorage.length") == 0


def test_an_address_opens_what_is_closed(docs: Page) -> None:
    docs.run("location.hash = 'GoogleError'")
    docs.wait(lambda: docs.by("GoogleError").get_property("open"))


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), pytest.param(1280, "light", marks=pytest.mark.extended)])
def test_it_is_accessible_and_fits_before_and_after_an_example(docs: Page, width: int, scheme: str) -> None:
    docs.emulate(width=width, scheme=scheme)
    assert docs.violations() == []
    docs.picture(f"docs-{width}-{scheme}")
    docs.expected = ["status of 400"]
    docs.run("for (const item of document.querySelectorAll('details')) item.open = true")
    send(docs, "post_v1_embeddings")
    docs.all("#post_embed textarea")[0].send_keys("not JSON")
    send(docs, "post_embed")
    assert docs.violations() == []
    assert docs.run("return document.documentElement.scrollWidth") == width
    docs.run("document.getElementById('post_v1_embeddings').scrollIntoView()")
    docs.picture(f"docs-sent-{width}-{scheme}")
    channels = docs.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(channels) < 150) == (scheme == "dark")


def test_it_can_be_read_without_javascript(docs: Page) -> None:
    docs.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        docs.open("/docs")
        assert "export EMBEDDER_URL=ADDRESS" in docs.by("start").text
        assert 'curl "$EMBEDDER_URL/search"' in docs.by("post_search").text
        assert docs.all("button:not([hidden])") == docs.all("#key-form button:not([hidden])")
        assert not docs.by("key-form").is_displayed()
        docs.all("#post_search > details:not(.example) > summary")[-1].click()
        assert "vectorize_not_configured" in docs.by("post_search").text
    finally:
        docs.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_long_vectors_and_strings_are_shortened(docs: Page) -> None:
    script = """const done = arguments[arguments.length - 1];
        import('/docs/pretty.js').then(({pretty}) => done(arguments[0].map(pretty)))"""
    given = [json.dumps({"a": [1] * 768, "b": "x" * 500, "c": [1, 2], "d": [["y"] * 30]}), "no JSON"]
    vector, text = docs.driver.execute_async_script(script, given)
    assert '"a": [1, 1, 1, … 765 more]' in vector
    assert f'"b": "{"x" * 60}" … 440 more characters' in vector
    assert '"c": [1, 2]' in vector
    assert text == "no JSON"
