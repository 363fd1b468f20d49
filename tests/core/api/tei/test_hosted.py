"""Hugging Face's hosted API: the paths, the vector of a single text, and the task in the name of the model."""

import pytest

from tests.core.fakes import FakeApp, content, error, json_of

NAME = "google/embeddinggemma-300m"
PATHS = ("/pipeline/{}/{}", "/hf-inference/models/{1}/pipeline/{0}", "/models/{1}/pipeline/{0}")
SENTENCES = {"source_sentence": "a llama", "sentences": ["a llama", "a cloud"]}


@pytest.mark.parametrize("path", PATHS)
def test_a_text_has_its_vector_and_a_list_has_one_for_each(path):
    app = FakeApp()
    native = json_of(app.ask("/embed", {"text": ["a", "b"]}))["data"]
    path = path.format("feature-extraction", NAME)
    assert json_of(app.ask(path, {"inputs": ["a", "b"]})) == native
    assert json_of(app.ask(path, {"inputs": ["a"]})) == [json_of(app.ask(path, {"inputs": "a"}))]
    assert app.model.calls == [["a", "b"], ["a", "b"], ["a"], ["a"]]


@pytest.mark.parametrize("path", PATHS)
def test_sentences_are_compared(path):
    cosines = json_of(FakeApp().ask(path.format("sentence-similarity", NAME), {"inputs": SENTENCES}))
    assert len(cosines) == 2
    assert cosines[0] > cosines[1]


def test_options_are_in_parameters_or_beside_them():
    app = FakeApp()
    path = PATHS[0].format("feature-extraction", NAME)
    for body in (
        {"dimensions": 128, "prompt_name": "query"},
        {"parameters": {"dimensions": 128, "prompt_name": "query"}},
    ):
        assert len(json_of(app.ask(path, {"inputs": "a", **body}))) == 128
    assert app.model.calls == [["task: search result | query: a"]] * 2


@pytest.mark.parametrize(("pipeline", "inputs"), [("feature-extraction", "a"), ("sentence-similarity", SENTENCES)])
def test_the_name_of_the_model_has_the_task(pipeline, inputs):
    app = FakeApp()
    app.ask(PATHS[0].format(pipeline, NAME + ":search_query"), {"inputs": inputs})
    assert app.model.calls[0][0].startswith("task: search result | query: a")


def test_errors_are_those_of_tei():
    app = FakeApp(AUTH="on", API_KEYS="a:0123456789abcdef")
    path = PATHS[0].format("feature-extraction", NAME)
    assert app.ask(path, {"inputs": "a"}).status == 401
    unknown = FakeApp().ask(PATHS[0].format("feature-extraction", "another/model"), {"inputs": "a"})
    assert (unknown.status, json_of(unknown).keys()) == (404, {"error", "error_type"})
    assert FakeApp().ask(path, {"inputs": [1, 2]}).status == 422
    assert "sentences" in content(FakeApp().ask(path, {"inputs": SENTENCES}))
    assert error(FakeApp().ask("/pipeline/summarization/x", {"inputs": "a"}))[0] == 404
