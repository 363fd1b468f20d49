"""The route of llama.cpp's server."""

import pytest

from tests.core.api.bodies import sent


@pytest.mark.parametrize("name", ["content", "input"])
def test_each_text_has_a_list_of_one_vector(name):
    response, answer, calls = sent("/embedding", {name: ["a", "b"], "embd_normalize": 2})
    assert (response.status, calls) == (200, [["a", "b"]])
    assert [(item["index"], len(item["embedding"]), len(item["embedding"][0])) for item in answer] == [
        (0, 1, 768),
        (1, 1, 768),
    ]


def test_options_of_the_service_are_taken_and_another_norm_is_not():
    _, answer, calls = sent(
        "/embedding", {"content": "a", "task": "query", "dimensions": 256, "encoding_format": "base64"}
    )
    assert (calls, type(answer[0]["embedding"][0])) == ([["task: search result | query: a"]], str)
    assert sent("/embedding", {"content": "a", "embd_normalize": -1})[0].status == 400
    assert sent("/embedding", {"content": "a", "model": "llama3"})[0].status == 404
