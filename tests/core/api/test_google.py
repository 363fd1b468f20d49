"""Google's Gemini API."""

import pytest

from embedder.api.google import TASKS
from tests.core.api.bodies import GOOGLE, GOOGLE_BATCH, google, sent


def test_google_concatenates_parts_and_uses_the_title():
    body = {"content": {"parts": [{"text": "a"}, {"text": "b"}], "role": "user"}, "title": "T"}
    _, _, calls = sent(GOOGLE, body | {"taskType": "RETRIEVAL_DOCUMENT"})
    assert calls == [["title: T | text: ab"]]
    items = [google("a", taskType="RETRIEVAL_DOCUMENT", title="T"), google("b", taskType="RETRIEVAL_DOCUMENT")]
    _, _, calls = sent(GOOGLE_BATCH, {"requests": items})
    assert calls == [["title: T | text: a", "title: none | text: b"]]


@pytest.mark.parametrize(("number", "task_type"), list(enumerate(TASKS)))
def test_a_task_type_may_be_the_number_in_its_enum(number, task_type):
    """The package google-generativeai sends it over REST."""
    assert sent(GOOGLE, google("a", taskType=number))[1:] == sent(GOOGLE, google("a", taskType=task_type))[1:]


@pytest.mark.parametrize("number", [-1, 9, 1.5, True])
def test_another_number_is_no_task_type(number):
    response, _, calls = sent(GOOGLE, google("a", taskType=number))
    assert (response.status, calls) == (400, [])
