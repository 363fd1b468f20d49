"""Whatever may be sent: strategies for hypothesis, bodies made by hand, and what every answer must be.

Used for the pure core under CPython, and for the built Worker in workerd.
"""

import json
import re
from collections.abc import Mapping

from hypothesis import strategies as st

from embedder.api import routes
from embedder.errors import STATUS
from embedder.settings import MAX_JSON_DEPTH, Settings

Sent = tuple[str, str, bytes]  # method, path, body

STATUSES = (200, 400, 404, 413, 415, 422)
REJECTED = (400, 413, 415, 422)
MAX_MESSAGE_CHARS = 1_000
DEPTHS = [MAX_JSON_DEPTH + 1, 1_200, 3_000, 20_000, 200_000]
MANY_KEYS = 20_000
NAMES = {"account": "abc", "index": "embedder", "prefix": "v1/any", "base": "any/v1"}
INDEX = "/client/v4/accounts/abc/vectorize/v2/indexes/embedder"
VECTOR = [1] + [0] * 767


def filled(path: str) -> str:
    """Return a path of the route table with values instead of its `{name}` segments."""
    return re.sub(r"{(\w+)}", lambda name: NAMES.get(name[1], "embeddinggemma-300m"), path)


WITH_BODY = [(route.method, filled(route.path)) for route in routes.TABLE if route.body is not None]
VALID = [
    {"text": ["a", "b"], "task": "query", "dimensions": 256, "encoding_format": "base64", "truncate": "end"},
    {"model": "embeddinggemma-300m", "input": ["a"], "user": "u"},
    {"source": "a", "texts": ["b", "c"]},
    {"documents": [{"id": "a", "text": "b", "metadata": {"k": [1, "x", None]}}], "namespace": "n"},
    {"text": "a", "top_k": 3, "filter": {"k": {"$in": ["x"]}}, "min_score": 0.5},
    {"ids": ["a", "b"], "wait": False},
    {"namespace": "n", "filter": {"k": {"$lt": 5}}},
    {
        "model": "embeddinggemma-300m",
        "input": ["a"],
        "output_dimension": 128,
        "output_dtype": "int8",
        "truncation": True,
    },
    {"model": "embeddinggemma:300m", "input": ["a"], "dimensions": 128, "keep_alive": "5m", "options": {"num_ctx": 1}},
    {"model": "embeddinggemma", "texts": ["a"], "input_type": "search_query", "embedding_types": ["float", "binary"]},
    {"content": {"parts": [{"text": "a"}]}, "taskType": "CLUSTERING", "title": None, "outputDimensionality": 128},
    {"requests": [{"content": {"parts": [{"text": "a"}]}, "model": "models/embeddinggemma-300m"}]},
    {"instances": [{"content": "a", "task_type": "CLUSTERING"}], "parameters": {"autoTruncate": False}},
    {"text": "a", "options": {"rejectIfBusy": True}},
    {"vectors": [{"id": "a", "values": VECTOR, "namespace": "n", "metadata": {"k": 1}}]},
    {"vector": VECTOR, "topK": 3, "filter": {"k": 1}, "returnValues": True, "returnMetadata": "all"},
    {"vectorId": "a", "topK": 100},
    {"inputs": ["a", "b"], "truncate": True, "prompt_name": "STS", "dimensions": 128},
    {"inputs": {"source_sentence": "a", "sentences": ["b", "c"]}, "parameters": {"truncate": False}},
]
_CALL = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":%b}}'
# bodies with a place for any JSON
PLACES: Mapping[str, Sent] = {
    "metadata": ("PUT", "/vectors", b'{"documents":[{"id":"1","text":"a","metadata":{"x":%b}}]}'),
    "filter": ("POST", "/search", b'{"text":"a","filter":{"x":%b}}'),
    "store": ("POST", "/embed", b'{"text":["a"],"store":{"ids":["1"],"metadata":{"x":%b}}}'),
    "text": ("POST", "/embed", b'{"text":%b}'),
    "unknown": ("POST", "/v1/embeddings", b'{"unknown":%b}'),
    "ids": ("DELETE", "/vectors", b'{"ids":%b}'),
    "deletion": ("DELETE", "/vectors", b'{"namespace":"nobody","filter":{"x":%b}}'),
    "top_k": ("POST", "/search", b'{"text":"a","top_k":%b}'),
    "min_score": ("POST", "/search", b'{"text":"a","min_score":%b}'),
    "vectors": ("POST", f"{INDEX}/upsert", b'{"vectors":%b}'),
    "values": ("POST", f"{INDEX}/insert", b'{"id":"a","values":%b}\n{"id":"b"}'),
    "vector": ("POST", f"{INDEX}/query", b'{"vector":%b}'),
    "dimensions": ("POST", "/embed", b'{"text":"a","dimensions":%b}'),
    "message": ("POST", "/mcp", b'{"jsonrpc":"2.0","id":%b,"method":"ping"}'),
    "arguments": ("POST", "/mcp", _CALL % b"%b"),
    "argument": ("POST", "/mcp", _CALL % b'{"text":"a","top_k":"3","filter":{"x":%b}}'),
}


def arrays(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def objects(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def with_keys(count: int, tail: bytes) -> bytes:
    return b"{%b%b}" % (b"".join(b'"k%d":1,' % place for place in range(count)), tail)


def place(name: str, value: bytes) -> Sent:
    method, path, body = PLACES[name]
    return method, path, body % value


# JSON, or nearly, that no `json.dumps` writes
FRAGMENTS: Mapping[str, bytes] = {
    **{f"{nested.__name__} {depth}": nested(depth) for nested in (arrays, objects) for depth in (60, 64, *DEPTHS)},
    "open arrays": b"[" * 20_000,
    "a duplicate among many keys": with_keys(MANY_KEYS, b'"k7":2'),
    "many keys": with_keys(MANY_KEYS, b'"last":2'),
    "a long key": b'{"%b":1}' % (b"k" * 1_000_000),
    "a long key with escapes": b'{"%b":1}' % (b"\\u00e9" * 100_000),
    "an empty key": b'{"":{"":1}}',
    "a key of the prototype": b'{"__proto__":{"constructor":1}}',
    "half a pair": b'"\\ud800"',
    "the other half": b'["\\udc00 x"]',
    "half a pair in a key": b'{"\\ud83d":1}',
    "a pair in the wrong order": b'"\\udc00\\ud800"',
    "surrogates in UTF-8": b'"\xed\xa0\x80"',
    "broken UTF-8": b'"\xff\xfe"',
    "a character that ends early": b'"\xf0\x9f\x98"',
    "an overlong character": b'"\xc0\xaf"',
    "a character beyond Unicode": b'"\xf5\x80\x80\x80"',
    "NUL": b'"\x00"',
    "NUL, escaped": b'"\\u0000"',
    "an integer of 5,000 digits": b"9" * 5_000,
    "a negative integer of 5,000 digits": b"-" + b"9" * 5_000,
    "beyond float64": b"1e400",
    "an exponent of 5,000 digits": b"1e" + b"9" * 5_000,
    "next to nothing": b"1e-400",
    "a fraction of 5,000 digits": b"0." + b"1" * 5_000,
    "2 to the 64": b"18446744073709551616",
    "negative zero": b"-0.0",
    "NaN": b"NaN",
    "a list of 100,000 empty texts": b"[%b]" % b",".join([b'""'] * 100_000),
    "a list of 101 texts": b"[%b]" % b",".join([b'"a"'] * 101),
    "1 MB of text": b'"%b"' % (b"a" * 1_000_000),
    "1 MB of brackets in a string": b'"%b"' % (b'[{\\"' * 250_000),
    "more than the limit": b'"%b"' % (b"a" * Settings().max_body_bytes),
}

names = st.sampled_from(sorted({name for body in VALID for name in body}))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(names | st.text(max_size=8), values, max_size=6) | values
depths = st.sampled_from([1, 40, 61, 62, 63, 64, 65, 66, 500, 3_000, 20_000])
fragments = st.sampled_from(sorted(FRAGMENTS.values())) | st.builds(arrays, depths) | st.builds(objects, depths)


def _sent(route: tuple[str, str], body: bytes) -> Sent:
    return *route, body


def _written(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


@st.composite
def _changed(draw: st.DrawFn) -> bytes:
    text = bytearray(_written(draw(st.sampled_from(VALID))))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
    return bytes(text)


_routes = st.sampled_from(WITH_BODY)
any_json = st.builds(_sent, _routes, st.builds(_written, bodies))
changed_bytes = st.builds(_sent, _routes, _changed())
any_bytes = st.builds(_sent, _routes, st.binary(max_size=200))
odd_json = st.builds(place, st.sampled_from(sorted(PLACES)), fragments)


def check_error(path: str, status: int, text: str) -> None:
    """Check that an answer which is not 200 has the documented shape, and a code of the closed set."""
    body = json.loads(text)
    hosted = any(
        f"/{name}" in path for name in ("pipeline/feature-extraction", "pipeline/sentence-similarity")
    )  # as TEI
    if path.startswith("/client/v4/"):
        [item] = body.pop("errors")
        if "/ai/v1/" in path:
            assert body.pop("error")["message"] == item["message"]
        assert body == {"result": None, "success": False, "messages": []}
        assert (item.keys(), type(item["code"])) == ({"code", "message"}, int)
        message = item["message"]
    elif path.startswith("/api/v1/"):
        assert (body["error"].keys(), body["error"]["code"]) == ({"code", "message", "metadata"}, status)
        message = body["error"]["message"]
    elif path.startswith("/api/") and not path.startswith("/api/v0/"):
        assert body.keys() == {"error"}
        message = body["error"]
    elif path == "/mcp":
        assert body.keys() == {"jsonrpc", "id", "error"}
        message = body["error"]["message"]
    elif path in ("/v1/embed", "/v2/embed"):
        assert body.keys() == {"message"}
        message = body["message"]
    elif path in ("/", "/info") or (path in ("/embed", "/similarity") and isinstance(body["error"], str)) or hosted:
        assert body.keys() == {"error", "error_type"}
        message = body["error"]
    elif path.endswith(("mbedContent", "mbedContents", ":predict")):
        assert body["error"].keys() == {"code", "message", "status"}
        assert body["error"]["code"] == status
        message = body["error"]["message"]
    else:
        assert "error" in body, f"{path} has errors of another shape; add it to check_error in tests/strategies.py."
        item = body["error"]
        assert item.keys() == {"message", "type", "param", "code"}
        assert STATUS[item["code"]] == status
        message = item["message"]
    assert 0 < len(message) <= MAX_MESSAGE_CHARS
