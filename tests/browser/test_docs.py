"""The reference in a browser, in Scalar's viewer: five operations first, search, samples and requests."""

from collections.abc import Callable

import pytest
import requests
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.conftest import KEY, Page
from tests.worker import Worker

FIRST = ["post_embed", "post_v1_embeddings", "put_vectors", "post_search", "post_similarity"]
SIMILARITY = "/docs#api/tag/start-here/POST/similarity"


def show(page: Page, path: str = "/docs") -> Page:
    page.driver.get("about:blank")
    page.open(path)
    page.wait(lambda: page.all("main.references-rendered h1"))
    return page


@pytest.fixture
def docs(page: Page) -> Page:
    return show(page)


def button(page: Page, text: str) -> WebElement:
    """Wait for a button whose text begins with this."""
    return page.wait(lambda: next((item for item in page.all("button") if item.text.startswith(text)), None))


def send(page: Page, path: str, operation: str) -> str:
    """Send the first example of an operation, and return the text of the answer."""
    show(page, path)
    found = page.wait(lambda: next((item for item in page.all("button") if f"({operation})" in item.text), None))
    page.run("arguments[0].scrollIntoView({block: 'center'}); arguments[0].click()", found)
    button(page, "Send").click()
    content = "return [...document.querySelectorAll('.cm-content[aria-label=Response]')].map((item) => item.innerText)"
    return str(page.wait(lambda: page.run(content))[0])


def test_five_operations_are_first_and_every_operation_is_in_the_contents(docs: Page) -> None:
    paths = requests.get(docs.url + "/openapi.json", timeout=30).json()["paths"]
    summaries = {each["operationId"]: each["summary"] for methods in paths.values() for each in methods.values()}
    script = """return [...document.querySelectorAll('aside a, aside button, nav a, nav button')]
        .map((item) => item.innerText)"""
    shown = "\n".join(docs.wait(lambda: docs.run(script)))
    places = [shown.index(summaries[name]) for name in FIRST]
    assert places == sorted(places)
    assert shown.index("Start here") < places[0] < places[-1] < shown.index("Documents and search")
    for group in docs.all("button[aria-label^='Open Group']") or docs.all("aside button[aria-expanded=false]"):
        docs.run("arguments[0].click()", group)
    docs.wait(lambda: all(summary in "\n".join(docs.run(script)) for summary in summaries.values()))


def test_an_operation_is_found_by_search(docs: Page) -> None:
    ActionChains(docs.driver).key_down(Keys.CONTROL).send_keys("k").key_up(Keys.CONTROL).perform()
    docs.wait(lambda: docs.run("return document.activeElement.matches('input')"))
    ActionChains(docs.driver).send_keys("cosine").perform()
    # the heading's place, not the address: while the viewer scrolls, it names each operation that it passes
    script = """[...document.querySelectorAll('[role=option]')]
            .find((item) => item.innerText.includes('/similarity'))?.click();  // the list is made anew with each letter
        const top = document.getElementById('api/tag/start-here/POST/similarity')?.getBoundingClientRect().top;
        return !document.querySelector('[role=option]') && top >= 0 && top < innerHeight / 2"""
    docs.wait(lambda: docs.run(script))


def test_samples_are_in_curl_python_and_javascript_and_an_address_leads_to_an_operation(page: Page) -> None:
    show(page, SIMILARITY)
    code = "return document.getElementById('api/tag/start-here/POST/similarity').innerText"
    page.wait(lambda: f"curl {page.url}/similarity" in page.run(code))
    page.run("arguments[0].click()", button(page, "Shell Curl"))
    listed = "return [...document.querySelectorAll('[role=option]')].map((item) => item.innerText.trim())"
    assert page.wait(lambda: page.run(listed)) == ["Fetch", "Requests", "Curl"]


def test_a_request_is_sent_and_its_body_can_be_changed(page: Page) -> None:
    assert '"scores"' in send(page, SIMILARITY, "post /similarity")
    first = page.calls("POST", "/similarity")[0]
    body = page.all(".cm-content[aria-label=Body]")[0]
    body.click()
    ActionChains(page.driver).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(
        '{"texts": ["it\'s", "its"'
    ).perform()
    button(page, "Send").click()
    page.wait(lambda: len(page.calls("POST", "/similarity")) == 2)
    assert page.calls("POST", "/similarity") == [first, {"texts": ["it's", "its"]}]


@pytest.mark.extended
def test_the_key_of_the_tab_is_used(visit: Callable[[Worker], Page], locked_worker: Worker) -> None:
    page = visit(locked_worker)
    page.run("sessionStorage.setItem('embedder-key', arguments[0])", KEY)
    assert '"scores"' in send(page, SIMILARITY, "post /similarity")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), pytest.param(1400, "light", marks=pytest.mark.extended)])
def test_it_is_accessible_and_fits_before_and_after_a_request(page: Page, width: int, scheme: str) -> None:
    page.emulate(width=width, scheme=scheme)
    show(page)
    assert page.violations() == []
    assert page.run("return document.documentElement.scrollWidth") == width
    page.picture(f"docs-{width}-{scheme}")
    channels = page.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(channels[:3]) < 150) == (scheme == "dark")
    if width > 1000:
        send(page, SIMILARITY, "post /similarity")
        page.picture(f"docs-sent-{width}-{scheme}")
        assert page.violations() == []


def test_llms_txt_has_every_operation(worker: Worker) -> None:
    document = requests.get(worker.url + "/openapi.json", timeout=30).json()
    text = requests.get(worker.url + "/llms.txt", timeout=30).text
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert f"- `{method.upper()} {path}`: {operation['summary']}\n" in text
    assert text.index("`POST /similarity`") < text.index("`GET /vectors`")
