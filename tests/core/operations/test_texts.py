"""Embed and similarity, on fakes. A rejected request never calls the model."""

import pytest

from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import FakeApp, error, json_of


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/embed", {"text": ["a"] * 101}, (413, "batch_too_large", "text")),
        ("/embed", {"text": []}, (400, "invalid_request", "text")),
        ("/embed", {"text": "a", "task": "doc"}, (400, "invalid_request", "task")),
        ("/embed", {"text": "a", "input_type": "doc"}, (400, "invalid_request", "input_type")),
        ("/embed", {"text": "a", "task": "query", "input_type": "document"}, (400, "invalid_request", "input_type")),
        ("/embed", {"text": "a", "title": "T"}, (400, "invalid_request", "title")),
        ("/embed", {"text": "a", "dimensions": 300}, (400, "invalid_request", "dimensions")),
        ("/embed", {"text": "a", "dimensions": 768.5}, (400, "invalid_request", "dimensions")),
        ("/embed", {"text": "a", "encoding_format": "int16"}, (400, "invalid_request", "encoding_format")),
        ("/embed", {"text": "a", "truncate": True}, (400, "invalid_request", "truncate")),
        ("/embed", {"text": "a", "truncate": "start"}, (400, "invalid_request", "truncate")),
        ("/embed", {"text": ["a", "word " * 4000], "truncate": "error"}, (400, "text_too_long", "text[1]")),
        ("/similarity", {"texts": []}, (400, "invalid_request", "texts")),
        ("/similarity", {"source": "", "texts": ["a"]}, (400, "invalid_request", "source")),
        ("/similarity", {"texts": ["a"] * 101}, (413, "batch_too_large", "texts")),
    ],
)
def test_rejects_invalid_fields_before_calling_the_model(path, body, expected):
    app = FakeApp()
    assert error(app.ask(path, body)) == expected
    assert app.model.calls == []


@pytest.mark.parametrize(
    ("options", "output"),
    [
        ({}, (768, "float")),
        ({"dimensions": 512}, (512, "float")),
        ({"encoding_format": "base64"}, (768, "base64")),
        ({"store": {"ids": ["1"]}}, (768, "float,float32")),
        ({"store": {"ids": ["1"]}, "dimensions": 256, "encoding_format": "base64"}, (256, "base64,float32")),
    ],
)
def test_the_model_learns_what_its_answer_is_needed_for(options, output):
    app = app_with(FakeIndex())
    assert app.ask("/embed", {"text": "a", **options}).status == 200
    assert app.model.outputs == [output]


def test_a_source_and_100_texts_take_two_calls():
    app = FakeApp()
    texts = [f"text {number}" for number in range(100)]
    scores = json_of(app.ask("/similarity", {"source": "text 99", "texts": texts}))["scores"]
    assert (len(scores), scores.index(max(scores))) == (100, 99)
    assert [len(call) for call in app.model.calls] == [100, 1]


def test_similarity_of_a_source_and_of_all_pairs():
    app = FakeApp()
    ranked = json_of(app.ask("/similarity", {"source": "red apple", "texts": ["red apple", "blue sea"]}))
    assert ranked["shape"] == [2]
    assert ranked["scores"][0] == pytest.approx(1, abs=1e-6)
    assert ranked["scores"][1] < 0.9
    assert app.model.calls[0][0] == "task: sentence similarity | query: red apple"
    matrix = json_of(app.ask("/similarity", {"texts": ["red apple", "blue sea"], "dimensions": 256}))
    assert matrix["shape"] == [2, 2]
    assert matrix["scores"][0][1] == matrix["scores"][1][0]


def test_embed_and_store_in_one_call():
    index = FakeIndex()
    app = app_with(index)
    body = {"text": ["a", "b"], "store": {"ids": ["1", "2"], "metadata": [{"n": 1}, {"n": 2}]}, "dimensions": 128}
    answer = json_of(app.ask("/embed", body))
    assert (answer["shape"], answer["stored"]["count"]) == ([2, 128], 2)
    assert [len(row) for row in answer["data"]] == [128, 128]
    assert len(index.vectors["1"]["values"]) == 768
    assert index.vectors["2"]["metadata"] == {"n": 2, "text": "b"}
    assert len(app.model.calls) == 1


@pytest.mark.parametrize(
    ("store", "param"),
    [
        ({"ids": ["1"]}, "store.ids"),
        ({"ids": ["1", "2"], "metadata": [{}]}, "store.metadata"),
        ({"ids": ["1", "1"]}, "store.ids[1]"),
    ],
)
def test_rejects_ids_and_metadata_that_do_not_match_the_texts(store, param):
    app = app_with(FakeIndex())
    assert error(app.ask("/embed", {"text": ["a", "b"], "store": store})) == (400, "invalid_request", param)
    assert app.model.calls == []


def test_a_source_is_compared_with_a_hundred_texts():
    app = FakeApp()
    answer = json_of(app.ask("/similarity", {"source": "a", "texts": ["b"] * 99 + ["a"]}))
    assert (answer["shape"], len(answer["scores"])) == ([100], 100)
    assert answer["scores"][99] == pytest.approx(1)
    assert len(app.model.calls) == 2
