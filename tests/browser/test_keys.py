"""An endpoint that requires a key."""

from collections.abc import Callable

from selenium.webdriver.common.by import By

from tests.browser.conftest import KEY, Page, Worker


def submit(page: Page, key: str) -> None:
    page.by("key").send_keys(key)
    page.by("key-form").find_element(By.TAG_NAME, "button").click()


def test_the_page_asks_for_a_key_keeps_it_in_the_tab_and_forgets_it(
    visit: Callable[[Worker], Page], locked_worker: Worker
) -> None:
    page = visit(locked_worker)
    page.expected = ["status of 401"]
    assert not page.by("key-form").is_displayed()
    page.wait_for("service-key", "needed")
    assert page.text("service-index") == "shown with a key"
    page.by("embed").click()
    page.wait_for("key-reason", "This service requires a key.")
    assert "unauthorized" in page.text("embed-error")
    assert page.run("return document.activeElement.id") == "key"
    submit(page, "a-wrong-key-of-some-length")
    page.wait_for("key-reason", "rejected this key")
    submit(page, KEY)
    page.wait_for("status", "40 vectors")  # the rejected request is repeated
    page.wait_for("service-index", "fits (768 dimensions)")
    assert page.text("service-key") == "saved in this tab"
    assert not page.by("key-form").is_displayed()
    assert not page.by("embed-error").is_displayed()
    assert page.run("return [Object.values(sessionStorage), Object.values(localStorage), document.cookie]") == [
        [KEY],
        [],
        "",
    ]
    assert "$EMBEDDER_KEY" in page.text("call-code")
    assert KEY not in page.driver.page_source
    page.by("forget-key").click()
    assert page.run("return sessionStorage.length") == 0
