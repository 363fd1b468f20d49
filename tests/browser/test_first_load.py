"""The page before anything is entered: the recorded example, the status strip, and the state in the address."""

from collections.abc import Callable

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Page, Worker


def test_the_example_is_shown_without_a_call_of_the_model(page: Page) -> None:
    page.wait(lambda: len(page.all("#map .dot")) == 40 and len(page.all("#sizes-table tbody tr")) == 12)
    assert len(page.all("#heat-labels li")) == 40
    assert page.text("finding").startswith("It found the same complaint in five languages: 7 groups, ")
    assert page.text("report-answer").startswith("12 duplicates in 6 sets: 12 near (0.90 or more). 3 outliers: ")
    assert "recorded from EmbeddingGemma-300M" in page.text("source")
    assert not page.by("stale").is_displayed()
    assert [item["method"] for item in page.requests() if item["method"] != "GET"] == []


def test_the_picture_of_the_readme(visit: Callable[[Worker], Page], real_model_worker: Worker) -> None:
    """Keep a picture: artefacts/readme.png becomes docs/page.png."""
    page = visit(real_model_worker)
    page.emulate(width=1400, height=920)
    page.open(folded=True)
    page.wait_for("map-note", "nearest")
    page.wait_for("tile-size", "bytes")
    page.picture("readme")


def test_a_changed_task_runs_on_the_example_too(page: Page) -> None:
    page.choose("task", "clustering")
    page.wait_for("source", "not EmbeddingGemma's")
    assert page.calls("POST", "/embed")[0]["task"] == "clustering"
    assert not page.by("finding").is_displayed()


def test_the_facts_of_the_service_are_in_a_popover(page: Page) -> None:
    page.wait_for("service-index", "fits (768 dimensions)")
    assert not page.by("service-facts").is_displayed()
    page.by("service-button").click()
    assert page.by("service-facts").is_displayed()
    assert (page.text("service-model"), page.text("service-key")) == ("emulator", "not needed")


def test_a_server_of_the_model_is_not_the_emulator(visit: Callable[[Worker], Page], real_model_worker: Worker) -> None:
    page = visit(real_model_worker)
    page.wait_for("service-model", "a server on this machine")
    page.embed(["red apple", "green apple"])
    assert page.text("source") == "Vectors of a server on this machine (LOCAL_EMBEDDINGS_URL)."


def test_the_prompt_of_a_task_is_shown(page: Page) -> None:
    page.choose("task", "search_query")
    assert page.text("task-use") == (
        "A query that searches documents. The model gets: task: search result | query: <your text>"
    )


def reopen(page: Page, address: str) -> None:
    page.driver.get("about:blank")
    page.driver.get(address)


def test_the_address_keeps_the_settings_and_no_texts(page: Page) -> None:
    page.write(["one line", "another line"])
    page.choose("task", "classification")
    page.choose("dimensions", "256")
    page.by("try-query").clear()
    page.by("try-query").send_keys("words")
    page.wait(lambda: "query=words" in page.driver.current_url)
    assert "line" not in page.driver.current_url
    reopen(page, page.driver.current_url)
    page.wait_for("count", "40 texts")
    shown = [page.by(name).get_property("value") for name in ("task", "dimensions", "try-query")]
    assert shown == ["classification", "256", "words"]
    assert page.calls("POST", "/embed") == []


def test_a_copied_link_says_what_it_contains_and_opens_on_the_result(page: Page) -> None:
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": page.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    page.run("window.copied = []; navigator.clipboard.writeText = async (text) => { copied.push(text); }")
    page.embed(["one line", "another line", "One  line"])
    page.by("take-link").click()
    page.wait_for("take-note", "The link contains the settings, and no texts.")
    page.by("link-texts").click()
    page.by("take-link").click()
    page.wait_for("take-note", "The link contains 3 texts (31 characters) and the settings.")
    page.by("take-unique").click()
    page.wait_for("take-note", "Copied 2 texts without duplicates")
    plain, link, unique = page.run("return copied")
    assert "line" not in plain
    assert unique == "one line\nanother line"
    reopen(page, link)
    page.wait_for("status", "3 vectors")
    page.wait(lambda: "line" not in page.driver.current_url)


def test_a_selected_text_is_marked_in_the_field(page: Page) -> None:
    page.write(["one", "", *(f"line {number}" for number in range(60))])
    assert page.text("line-numbers").startswith("1\n\n2\n3\n")
    page.embed()
    page.run("arguments[0].value = '55'; arguments[0].dispatchEvent(new Event('change'))", page.by("near-text"))
    assert (
        page.run(
            "const {selectionStart: a, selectionEnd: b, value} = arguments[0]; return value.slice(a, b)",
            page.by("texts"),
        )
        == "line 54"
    )
    assert page.by("texts").get_property("scrollTop") > 0
    assert page.by("line-numbers").get_property("scrollTop") == page.by("texts").get_property("scrollTop")


TILES = ("groups", "duplicates", "outliers", "size", "threshold")


@pytest.mark.parametrize("width", [1400, 390])
def test_nothing_moves_while_the_first_view_appears(page: Page, width: int) -> None:
    page.emulate(width=width)
    page.open(folded=True)
    page.wait_for("map-note", "nearest")
    script = """const done = arguments[0], seen = [];
        const watcher = new PerformanceObserver((list) => seen.push(...list.getEntries()));
        watcher.observe({type: 'layout-shift', buffered: true});
        requestAnimationFrame(() => requestAnimationFrame(() => done(seen.reduce((sum, {value}) => sum + value, 0))))"""
    assert page.driver.execute_async_script(script) < 0.1


def test_a_tile_leads_to_its_section(page: Page) -> None:
    page.open(folded=True)
    page.wait_for("tile-size", "bytes")
    assert page.run("return [...document.querySelectorAll('details.part')].filter((part) => part.open)") == []
    for name in TILES:
        link = page.by(f"tile-{name}").find_element(By.TAG_NAME, "a")
        part = page.by(link.get_attribute("data-part"))
        link.send_keys(Keys.ENTER)
        assert part.get_property("open")
        assert page.run("return arguments[0].contains(document.activeElement)", part)


def test_on_a_phone_the_view_goes_to_the_answers(page: Page) -> None:
    page.emulate(width=390, height=844)
    page.open(folded=True)
    page.embed(["red apple", "green apple", "a fast train"])
    page.wait(lambda: page.run("return arguments[0].getBoundingClientRect().top", page.by("answers")) < 844 / 2)
