"""POST /embed under the real runtime."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest

STORIES = [
    "This is a story about an orange cloud",
    "This is a story about a llama",
    "This is a story about a hugging emoji",
]
SCRIPTS = [
    "Die Katze schläft.",
    "猫在睡觉。",
    "القطة نائمة",
    "बिल्ली सो रही है",
    "Кошка спит",
    "고양이",
    "🤗",
    "a\u0301\u200d\n\t\x7f",
]


def test_the_example_of_the_documentation(worker):
    response = worker.post("/embed", {"text": STORIES})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert answer["shape"] == [3, 768]
    assert [len(row) for row in answer["data"]] == [768] * 3
    assert all(math.isclose(math.hypot(*row), 1, abs_tol=1e-6) for row in answer["data"])


def test_a_text_has_the_same_vector_alone_and_in_a_batch(worker):
    one = worker.post("/embed", {"text": STORIES[0]}).json()
    many = worker.post("/embed", {"text": [STORIES[0]] * 100}).json()
    assert one["shape"] == [1, 768]
    assert many["shape"] == [100, 768]
    assert all(row == one["data"][0] for row in many["data"])


def test_similar_words_give_similar_vectors(worker):
    cloud, llama, other = worker.post("/embed", {"text": [*STORIES[:2], "Quarterly revenue rose"]}).json()["data"]
    assert dot(cloud, llama) > 2 * dot(cloud, other)


def test_a_source_is_compared_with_100_texts(worker):
    texts = [f"{word} {number}" for number in range(50) for word in ("cat", "dog")]
    scores = worker.post("/similarity", {"source": texts[-1], "texts": texts}).json()["scores"]
    assert (len(scores), scores[-1]) == (100, 1)
    few = worker.post("/similarity", {"source": texts[-1], "texts": texts[:9]}).json()["scores"]
    assert scores[:9] == few


def dot(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_many_scripts(worker):
    answer = worker.post("/embed", {"text": SCRIPTS}).json()
    assert answer["shape"] == [len(SCRIPTS), 768]
    assert len({tuple(row) for row in answer["data"]}) == len(SCRIPTS)


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        (b'{"text": ["a", 7]}', "invalid_request", "text[1]"),
        (b'{"text": ["a", "\\ud800"]}', "invalid_request", "text[1]"),
        (b'{"text": "\xff"}', "invalid_json", None),
    ],
)
def test_a_body_is_decoded_as_under_cpython(worker, body, code, param):
    """tests/core/test_decoding.py has all cases."""
    response = worker.send("POST", "/embed", data=body, headers={"content-type": "application/json"})
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["param"]) == (400, code, param)


def test_a_surrogate_pair_is_one_character(worker):
    body = b'{"text": ["\\ud83e\\udd17", "\xf0\x9f\xa4\x97"]}'
    answer = worker.send("POST", "/embed", data=body, headers={"content-type": "application/json"}).json()
    assert answer["data"][0] == answer["data"][1]


def test_rejects_a_large_body_with_and_without_content_length(worker):
    headers = {"content-type": "application/json"}
    body = b'{"text": "' + b"a" * (5 * 1024 * 1024) + b'"}'
    for data in (body, iter([body[:3_000_000], body[3_000_000:]])):
        response = worker.send("POST", "/embed", data=data, headers=headers)
        assert (response.status_code, response.json()["error"]["code"]) == (413, "payload_too_large")


def test_accepts_a_chunked_body(worker):
    chunks = iter([b'{"text":', b' "hello"}'])
    response = worker.send("POST", "/embed", data=chunks, headers={"content-type": "application/json"})
    assert response.json()["shape"] == [1, 768]


def test_fifty_concurrent_requests_get_their_own_answers(worker):
    texts = [f"text number {number}" for number in range(50)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda text: worker.post("/embed", {"text": text}).json()["data"][0], texts))
    alone = [worker.post("/embed", {"text": text}).json()["data"][0] for text in texts[::10]]
    assert answers[::10] == alone
    assert len({tuple(row) for row in answers}) == 50


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("fault:3040", 503, "upstream_busy"),
        ("fault:4006", 429, "quota_exhausted"),
        ("fault:3007", 504, "upstream_timeout"),
        ("fault:5007", 502, "upstream_error"),
        ("fault:html", 502, "upstream_error"),
    ],
)
def test_faults_of_the_model_become_errors(worker, fault, status, code):
    response = worker.post("/embed", {"text": ["fine", fault]})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_every_request_logs_one_line_without_its_text(worker):
    request_id = worker.post("/embed", {"text": "a verysecret text"}).headers["x-request-id"]
    worker.line_with(request_id)
    assert len([line for line in worker.lines if request_id in line]) == 1
    assert not [line for line in worker.lines if "verysecret" in line]


def test_recorded_vectors_are_returned_unchanged(real_model_worker, recorded):
    answer = real_model_worker.post("/embed", {"text": list(recorded)}).json()
    assert answer["shape"] == [len(recorded), 768]
    assert answer["data"] == list(recorded.values())
