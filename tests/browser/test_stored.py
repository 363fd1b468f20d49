"""Stored documents: store, search, remove, and an endpoint without an index."""

import json
import uuid

from tests.browser.conftest import Page

TEXTS = ["the harbour at night", "a recipe for bread", "how to tie a knot"]
NO_INDEX = {"error": {"message": "No index.", "type": "api_error", "param": None, "code": "vectorize_not_configured"}}


def in_namespace(page: Page) -> None:
    page.by("namespace").clear()
    page.by("namespace").send_keys(uuid.uuid4().hex)


def search(page: Page, query: str, status: str) -> list[str]:
    page.by("query").clear()
    page.by("query").send_keys(query)
    page.by("search").click()
    page.wait_for("stored-status", status)
    return page.bars("matches")


def test_search_finds_stored_texts_until_they_are_removed(page: Page) -> None:
    in_namespace(page)
    page.write(TEXTS)
    page.by("store").click()
    page.wait_for("stored-status", "3 texts stored.")
    found = search(page, "bread recipe", "3 matches")
    assert found[0].startswith("a recipe for bread page-")
    assert len(found) == 3
    page.by("remove").click()
    assert page.text("confirm-question").startswith("Remove the 3 texts that this page stored in the namespace ")
    page.by("confirm-remove").click()
    page.wait_for("stored-status", "3 texts removed.")
    assert search(page, "bread recipe", "Nothing found" if other_vectors(page) else "empty") == []


def other_vectors(page: Page) -> int:
    return page.run("return fetch('/index').then((r) => r.json()).then((index) => index.vector_count)")


def test_the_page_remembers_what_it_stored_and_asks_before_it_removes(page: Page) -> None:
    assert page.by("namespace").get_property("value") == "playground"
    in_namespace(page)
    assert not page.by("remove").is_displayed()
    page.write(TEXTS)
    page.by("store").click()
    page.wait_for("stored-status", "3 texts stored.")
    namespace = page.by("namespace").get_property("value")
    page.open()  # as after a reload, with other texts in the field
    page.wait_for("source", "recorded")
    assert not page.by("remove").is_displayed()
    page.by("namespace").clear()
    page.by("namespace").send_keys(namespace)
    assert page.text("remove") == "Remove 3 stored texts"
    page.by("remove").click()
    page.by("confirm-keep").click()
    assert page.calls("DELETE", "/vectors") == []
    assert page.run("return document.activeElement.id") == "remove"
    page.by("remove").click()
    page.by("confirm-remove").click()
    page.wait_for("stored-status", "3 texts removed.")
    assert not page.by("remove").is_displayed()
    assert page.run("return localStorage.length") == 0


def test_the_lowest_score_limits_a_search(page: Page) -> None:
    in_namespace(page)
    page.write(TEXTS)
    page.by("store").click()
    page.wait_for("stored-status", "3 texts stored.")
    assert len(search(page, "bread recipe", "3 matches")) == 3
    page.by("min-score").send_keys("0.2")
    assert len(search(page, "bread recipe", "1 match")) == 1


def test_duplicate_texts_are_stored_once(page: Page) -> None:
    in_namespace(page)
    page.write(["again", "again"])
    page.by("store").click()
    page.wait_for("stored-status", "1 text stored.")
    page.by("store").click()
    page.wait_for("stored-status", "1 text stored.")
    assert len(search(page, "again", "1 match")) == 1


def test_texts_are_stored_in_calls_of_100_and_only_the_last_one_waits(page: Page) -> None:
    in_namespace(page)
    page.write([f"line {number} {uuid.uuid4().hex}" for number in range(120)])
    page.by("store").click()
    page.wait_for("stored-status", "120 texts stored.")
    sent = page.calls("PUT", "/vectors")
    assert [(len(call["documents"]), call["wait"]) for call in sent] == [(100, False), (20, True)]


def test_an_endpoint_without_an_index_is_explained(page: Page) -> None:
    script = f"""window.fetch = async () => new Response({json.dumps(json.dumps(NO_INDEX))},
        {{status: 501, headers: {{'x-request-id': 'r-1'}}}})"""
    page.run(script)
    page.by("query").send_keys("anything")
    page.by("search").click()
    message = page.wait_for("stored-error", "x-request-id r-1")
    assert message.startswith("No index. Without a Vectorize index, this service")
    assert "vectorize_not_configured · status 501" in message
