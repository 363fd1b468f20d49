"""The page before anything is entered: the recorded example, the status strip, and the state in the address."""

from collections.abc import Callable

from tests.browser.conftest import Page, Worker


def test_the_example_is_shown_without_a_call_of_the_model(page: Page) -> None:
    page.wait(lambda: len(page.all("#map .dot")) == 13 and len(page.all("#sizes-table tbody tr")) == 12)
    assert len(page.all("#heat-labels li")) == 13
    assert "Both put line 1 first, “Mars" in page.text("try-answer")
    assert "Recorded for the first 4 lines." in page.text("try-status")
    assert page.text("report-answer").startswith(
        "1 duplicate in 1 set: 1 near (0.90 or more). 1 outlier: 13. 3 groups."
    )
    assert page.text("cutoff-answer")
    assert "recorded from EmbeddingGemma-300M on a CPU" in page.text("source")
    assert not page.by("stale").is_displayed()
    assert [item["method"] for item in page.requests() if item["method"] != "GET"] == []


def test_the_picture_of_the_readme(visit: Callable[[Worker], Page], real_model_worker: Worker) -> None:
    """Keep a picture: artefacts/readme.png becomes docs/page.png."""
    page = visit(real_model_worker)
    page.emulate(width=1680, height=1500)
    page.wait(lambda: len(page.all("#map .dot")) == 13)
    page.wait(lambda: len(page.all("#sizes-table tbody tr")) == 12)
    page.wait_for("service-index", "fits")
    page.picture("readme")


def test_a_changed_task_does_not_call_the_model_by_itself(page: Page) -> None:
    page.choose("task", "clustering")
    assert page.by("stale").is_displayed()
    assert page.calls("POST", "/embed") == []
    page.by("stale-embed").click()
    page.wait_for("source", "not of EmbeddingGemma")
    assert page.calls("POST", "/embed")[0]["task"] == "clustering"


def test_the_strip_names_the_emulator_and_the_index(page: Page) -> None:
    page.wait_for("service-index", "fits (768 dimensions)")
    assert (page.text("service-model"), page.text("service-key")) == ("emulator", "not needed")
    assert "They are not EmbeddingGemma's" in page.text("service-warning")


def test_a_server_of_the_model_is_not_the_emulator(visit: Callable[[Worker], Page], real_model_worker: Worker) -> None:
    page = visit(real_model_worker)
    page.wait_for("service-model", "a server on this machine")
    assert not page.by("service-warning").is_displayed()


def test_the_prompt_of_a_task_is_shown(page: Page) -> None:
    page.choose("task", "search_query")
    assert page.text("task-use") == (
        "A query that searches documents. The model gets: task: search result | query: <your text>"
    )


def test_the_address_keeps_the_state(page: Page) -> None:
    page.write(["one line", "another line"])
    page.choose("task", "classification")
    page.choose("dimensions", "256")
    page.by("try-query").clear()
    page.by("try-query").send_keys("line")
    page.wait(lambda: "query=line" in page.driver.current_url)
    address = page.driver.current_url
    page.driver.get("about:blank")
    page.driver.get(address)
    page.wait_for("count", "2 texts")
    assert page.by("texts").get_property("value") == "one line\nanother line"
    shown = [page.by(name).get_property("value") for name in ("task", "dimensions", "try-query")]
    assert shown == ["classification", "256", "line"]
    assert page.calls("POST", "/embed") == []
