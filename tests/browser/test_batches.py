"""Long batches, cancellation and errors on the page."""

import math

import pytest

from tests.browser.conftest import Page


def test_a_long_batch_is_split_into_calls_of_100_in_order(page: Page) -> None:
    texts = [f"word{number} and word{number * 7}" for number in range(250)]
    texts[243] = texts[4]
    assert page.embed(texts).startswith("250 vectors")
    sent = [call["text"] for call in page.calls("POST", "/embed")]
    assert sorted(map(len, sent)) == [49, 100, 100]  # equal texts are sent once
    assert sorted([text for part in sent for text in part], key=texts.index) == list(dict.fromkeys(texts))
    page.run("const s = arguments[0]; s.value = '4'; s.dispatchEvent(new Event('change'))", page.by("near-text"))
    assert page.bars("near-list")[0] == texts[4]
    assert page.run("return arguments[0].width", page.by("heat-canvas")) == 250


def test_only_the_first_2000_texts_are_used(page: Page) -> None:
    page.write([f"text {number}" for number in range(2001)])
    assert page.text("count") == "2,001 texts; only the first 2,000 are used"


def test_progress_is_shown_and_cancel_aborts_the_calls(page: Page) -> None:
    # the first call is answered immediately, the second one late
    page.write([*(f"text {number}" for number in range(100)), "fault:slow:20000"])
    page.by("embed").click()
    page.wait_for("status", "100 of 101")
    assert page.by("progress").is_displayed()
    assert 0.98 < page.run("return arguments[0].value", page.by("progress")) < 1
    assert not page.by("embed").is_enabled()
    page.by("cancel").click()
    page.wait_for("status", "Cancelled.")
    page.wait(lambda: any(event.get("canceled") for event in page.network("Network.loadingFailed")))
    assert not page.by("cancel").is_displayed()
    assert page.text("stale-reason").startswith("Out of date")
    assert page.run("return document.activeElement.id") == "embed"
    assert page.embed(["after", "that"]).startswith("2 vectors")


def test_an_error_has_its_code_message_and_request_id(page: Page) -> None:
    page.expected = ["status of 429"]
    page.write(["fault:3036 text"])
    page.by("embed").click()
    message = page.wait_for("embed-error", "x-request-id")
    answers = [event["response"] for event in page.network("Network.responseReceived")]
    [answer] = [found for found in answers if found["status"] == 429]
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    assert f"quota_exhausted · status 429 · x-request-id {headers['x-request-id']}" in message
    minutes = math.ceil(int(headers["retry-after"]) / 60)  # to 00:00 UTC
    hours = f"{minutes // 60} h" if minutes >= 60 else ""
    rest = f"{minutes % 60} min" if minutes % 60 else ""
    assert f"Try again in {' '.join(filter(None, (hours, rest)))}." in message
    assert page.by("embed").is_enabled()
    assert page.run("return document.activeElement.id") == "embed"
    retry = page.by("embed-error").find_element("tag name", "button")
    page.write(["no fault"])
    retry.click()  # the rejected request, not the new texts
    page.wait(lambda: len(page.calls("POST", "/embed")) == 2)
    page.wait_for("embed-error", "x-request-id")
    assert page.run("return document.activeElement.id") == "embed"
    page.embed(["no fault"])
    assert not page.by("embed-error").is_displayed()


def test_one_failed_call_fails_the_batch(page: Page) -> None:
    page.expected = ["status of 400", "status of 50"]
    page.write([*(f"text {number}" for number in range(150)), "fault:5006"])
    page.by("embed").click()
    page.wait_for("embed-error", "x-request-id")
    assert page.text("status") == ""
    assert page.text("stale-reason").startswith("Out of date")


def test_an_unreachable_endpoint_is_reported(page: Page) -> None:
    page.expected = ["ERR_INTERNET_DISCONNECTED"]
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    try:
        page.by("embed").click()
        assert page.wait_for("embed-error", "unreachable").startswith("The service did not answer")
    finally:
        page.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {**offline, "offline": False})


def test_only_changed_lines_are_sent(page: Page) -> None:
    page.embed(["one line", "another line"])
    assert page.embed(["one line", "a new line"]).endswith("; 1 were known.")
    assert [call["text"] for call in page.calls("POST", "/embed")] == [["one line", "another line"], ["a new line"]]


@pytest.mark.extended
def test_no_task_of_2000_lines_blocks_the_page(page: Page) -> None:
    page.open(folded=True)
    page.wait_for("map-note", "nearest")
    watch = """window.tasks = []; window.began = performance.now();
        new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
            .observe({type: 'longtask'})"""
    page.run(watch)
    page.write([f"ticket {place % 40} word{place} of topic{place % 23}" for place in range(2000)])
    page.by("embed").click()
    page.wait_for("status", "2,000 vectors")
    longest, all_of_it = page.run("return [Math.max(0, ...tasks), performance.now() - began]")
    assert longest < all_of_it / 20
