"""Google's Gemini API."""

from tests.core.api.bodies import GOOGLE, GOOGLE_BATCH, google, sent


def test_google_concatenates_parts_and_uses_the_title():
    body = {"content": {"parts": [{"text": "a"}, {"text": "b"}], "role": "user"}, "title": "T"}
    _, _, calls = sent(GOOGLE, body | {"taskType": "RETRIEVAL_DOCUMENT"})
    assert calls == [["title: T | text: ab"]]
    items = [google("a", taskType="RETRIEVAL_DOCUMENT", title="T"), google("b", taskType="RETRIEVAL_DOCUMENT")]
    _, _, calls = sent(GOOGLE_BATCH, {"requests": items})
    assert calls == [["title: T | text: a", "title: none | text: b"]]
