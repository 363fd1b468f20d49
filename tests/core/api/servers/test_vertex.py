"""Google's Vertex AI."""

import pytest

from tests.core.api.bodies import GOOGLE, LONG, NAME, google, sent
from tests.core.fakes import FakeApp

PREFIXES = ("v1", "v1beta1", "v1/projects/p/locations/us-central1", "v1beta1/projects/p/locations/us-central1")
PREDICT = f"/v1beta1/projects/p/locations/us-central1/publishers/google/models/{NAME}:predict"
DOCUMENTS = [{"content": "a", "task_type": "RETRIEVAL_DOCUMENT", "title": "T"}, {"content": "b"}]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_predict_as_its_clients_send_it(prefix):
    body = {"instances": DOCUMENTS, "parameters": {"outputDimensionality": 256, "autoTruncate": True}}
    response, answer, calls = sent(f"/{prefix}/publishers/google/models/{NAME}:predict", body)
    assert (response.status, calls) == (200, [["title: T | text: a", "b"]])
    assert [len(item["embeddings"]["values"]) for item in answer["predictions"]] == [256, 256]


def test_the_vectors_are_those_of_the_gemini_api():
    for task_type in ("RETRIEVAL_QUERY", "CLUSTERING", None, "TASK_TYPE_UNSPECIFIED"):
        _, one, calls = sent(GOOGLE, google("a", taskType=task_type))
        found = sent(PREDICT, {"instances": [{"content": "a", "taskType": task_type}]})
        assert (found[1]["predictions"][0]["embeddings"]["values"], found[2]) == (one["embedding"]["values"], calls)
        total = one["usageMetadata"]["promptTokenCount"]
        assert found[1]["predictions"][0]["embeddings"]["statistics"] == {"truncated": False, "token_count": total}


def test_the_statistics_are_required_by_its_clients():
    """@ai-sdk/google-vertex adds the token counts."""
    _, answer, _ = sent(PREDICT, {"instances": [{"content": "a b c"}, {"content": "a"}]})
    counts = [item["embeddings"]["statistics"]["token_count"] for item in answer["predictions"]]
    assert (len({*counts}), counts[0] > 0) == (1, True)


def test_texts_that_are_too_long():
    instances = [{"content": "a"}, {"content": LONG}]
    response, answer, _ = sent(PREDICT, {"instances": instances})
    assert (response.status, response.headers["x-embedding-truncated"]) == (200, "1")
    assert answer["predictions"][1]["embeddings"]["statistics"]["truncated"] is True
    response, answer, calls = sent(PREDICT, {"instances": instances, "parameters": {"auto_truncate": False}})
    assert (response.status, calls, answer["error"]["status"]) == (400, [], "INVALID_ARGUMENT")
    assert "instances[1].content" in answer["error"]["message"]
    assert '"autoTruncate": true' in answer["error"]["message"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"instances": []}, "instances"),
        ({"instances": [{"content": ""}]}, "instances[0].content"),
        ({"instances": [{"content": "a"}] * 2_049}, "instances"),
        ({"instances": [{"content": "a", "task_type": "X"}]}, "instances[0].task_type"),
        ({"instances": [{"content": "a"}], "parameters": {"outputDimensionality": 100}}, "outputDimensionality"),
        ({"instances": [{"content": "a", "mimeType": "image/png"}]}, "mimeType"),
        ({"instances": [{"image": {"gcsUri": "gs://a"}}]}, "image"),
    ],
)
def test_rejects_what_it_cannot_do(body, named):
    response, answer, calls = sent(PREDICT, body)
    assert (response.status in (400, 413), calls, named in answer["error"]["message"]) == (True, [], True)


def test_2_048_texts_are_one_request():
    response, answer, calls = sent(PREDICT, {"instances": [{"content": f"text {n}"} for n in range(2_048)]})
    assert (response.status, len(answer["predictions"]), len(calls)) == (200, 2_048, 21)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_embed_content_with_its_options_in_an_object(prefix):
    config = {"taskType": "RETRIEVAL_DOCUMENT", "title": "T", "outputDimensionality": 256, "autoTruncate": True}
    path = f"/{prefix}/publishers/google/models/{NAME}:embedContent"
    response, answer, calls = sent(path, google("a", embedContentConfig=config))
    assert (response.status, len(answer["embedding"]["values"]), calls) == (200, 256, [["title: T | text: a"]])


def test_keys_and_names():
    app = FakeApp(AUTH="on", API_KEYS="a:0123456789abcdef")
    assert app.ask(PREDICT, {"instances": DOCUMENTS}).status == 401
    assert app.ask(PREDICT, {"instances": DOCUMENTS}, x_goog_api_key="0123456789abcdef").status == 200
    assert app.ask(PREDICT, {"instances": DOCUMENTS}, authorization="Bearer 0123456789abcdef").status == 200
    assert sent(PREDICT.replace(NAME, f"{NAME}:query"), {"instances": [{"content": "a"}]})[2] == [
        ["task: search result | query: a"]
    ]
    assert sent(PREDICT.replace(NAME, "text-embedding-005"), {"instances": DOCUMENTS})[0].status == 404
