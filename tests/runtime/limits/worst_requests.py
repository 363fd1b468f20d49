"""Requests that are the worst of their kind, beyond the examples of worst_bodies.py: for one route, or for any."""

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping

import msgspec

from tests.runtime.limits.worst_bodies import MIXED, SIZE
from tests.strategies import INDEX, VECTOR

NAME = "embeddinggemma-300m"
JSON = "application/json"
FORM_TYPE = "multipart/form-data; boundary=b"
KEY = {"x-api-key": "any"}
NDJSON = "application/x-ndjson"
EMOJI = "\N{GRINNING FACE}"
HEADER_CHARS = 8_000
# where an alphabet begins: a text of each script
SCRIPTS = (
    0x370,
    0x410,
    0x531,
    0x5D0,
    0x621,
    0x905,
    0x985,
    0xA05,
    0xA85,
    0xB05,
    0xB85,
    0xC05,
    0xC85,
    0xD05,
    0xE01,
    0xE81,
)
SCRIPTS += (
    0xF40,
    0x1000,
    0x10D0,
    0x1100,
    0x1200,
    0x13A0,
    0x1401,
    0x1780,
    0x1820,
    0x3041,
    0x4E00,
    0xAC00,
    0x1F600,
    0x12000,
)


class Request(msgspec.Struct, frozen=True):
    """A request. Other headers than the content type are in `headers`."""

    method: str
    path: str
    body: bytes = b""
    kind: str = JSON
    headers: Mapping[str, str] = {}


def _json(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _post(path: str, body: object) -> Request:
    return Request("POST", path, _json(body))


def _openai(texts: object, **fields: object) -> Request:
    return _post("/v1/embeddings", {"model": NAME, "input": texts, **fields})


def _tool(name: str, **arguments: object) -> Request:
    params = {"name": name, "arguments": arguments}
    return _post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})


def _put(documents: list[dict[str, object]], **options: object) -> Request:
    return Request("PUT", "/vectors", _json({"documents": documents, **options}))


def of_each_script(count: int, spare: int = 8) -> list[str]:
    """Return texts in turn of another script, which together fill the largest body, with `spare` bytes for each."""
    size = SIZE // count - spare
    alphabets = ["".join(map(chr, range(first, first + 16))) + " " for first in SCRIPTS]
    return [
        (text * (size // len(text.encode()) + 1)).encode()[:size].decode(errors="ignore") for text in alphabets * count
    ][:count]


def _random_base64() -> str:
    return base64.b64encode(random.Random(1).randbytes(SIZE * 3 // 4 - 300)).decode()


def _zalgo(count: int) -> list[str]:
    marks = "".join(map(chr, range(0x300, 0x340)))
    return [("e" + marks) * (SIZE // count // 130)] * count


def _metadata(count: int) -> list[dict[str, object]]:
    """Return documents whose metadata has as many keys as a body may have, and no more than 10 KiB each."""
    return [
        {"id": str(number), "text": "a", "metadata": {f"{key:x}": 1 for key in range(1_000)}} for number in range(count)
    ]


def _vectors(count: int, **fields: object) -> list[dict[str, object]]:
    return [{"id": str(number), "values": VECTOR, **fields} for number in range(count)]


def _lines(items: list[dict[str, object]]) -> bytes:
    return b"\n".join(map(_json, items))


def _form(content: bytes) -> bytes:
    head = b'--b\r\ncontent-disposition: form-data; name="vectors"; filename="v.ndjson"\r\n\r\n'
    return b"%b%b\r\n--b--\r\n" % (head, content)


def _key(text: str) -> bytes:
    return b'{"text":"a","input":"a","model":"%b",%b:1}' % (NAME.encode(), _json(text))


def _input(first: bytes, other: bytes, count: int) -> bytes:
    return b'{"model":"%b","input":[%b,%b]}' % (NAME.encode(), first, b",".join([other] * count))


LONG_KEY = ("x" * 50 + EMOJI) * (SIZE // 55)
MAKERS: dict[str, Callable[[], Request]] = {
    "a text of each script": lambda: _openai(of_each_script(2048)),
    "a text of each script, 100": lambda: _post("/embed", {"text": of_each_script(100)}),
    "a document of each script": lambda: _put(
        [{"id": str(n), "text": text} for n, text in enumerate(of_each_script(900, 90))], keep_text=False
    ),
    "mixed scripts and an error of the last": lambda: _openai([MIXED * 40] * 2047 + [7]),
    "combining marks": lambda: _openai(_zalgo(2048)),
    "base64": lambda: _openai(_random_base64()),
    "base64 in 2048": lambda: _openai([_random_base64()[: SIZE // 2048 - 8]] * 2048),
    "token ids": lambda: _openai([[1234, 99]] * 30_000),
    "many tiny texts": lambda: _openai(["a"] * 99_000),
    "model name of parts": lambda: _openai("a", model="google/" * (SIZE // 8)),
    "model name of tags": lambda: _openai("a", model=NAME + ":latest" * (SIZE // 8)),
    "model name of tags (Ollama)": lambda: _post("/api/show", {"model": "a" + ":300m" * (SIZE // 6)}),
    "one long key": lambda: Request("POST", "/v1/embeddings", _key(LONG_KEY)),
    "one long key, strict": lambda: Request("POST", "/embed", _key(LONG_KEY)),
    "one long key of separators": lambda: Request("POST", "/v1/embeddings", _key("_" * (SIZE - 99) + "input")),
    "one long value": lambda: _openai("a", encoding_format="FLOAT" * (SIZE // 6) + EMOJI),
    "long unknown values": lambda: _openai("a", precision="FLOAT" * (SIZE // 6) + EMOJI),
    "one title": lambda: _post("/embed", {"text": ["a"] * 100, "task": "document", "title": EMOJI * 10_000}),
    "one metadata of many keys": lambda: _post(
        "/embed",
        {
            "text": ["a"] * 100,
            "store": {"ids": list(map(str, range(100))), "metadata": {f"{key:x}": 1 for key in range(1_000)}},
        },
    ),
    "half a pair among many values": lambda: Request("POST", "/v1/embeddings", _input(b'"\\ud800"', b'"a"', 99_000)),
    "half a pair among long fractions": lambda: Request(
        "POST", "/v1/embeddings", _input(b'"\\ud800"', b"9007199254740993.000000001", 19_000)
    ),
    "unknown fields": lambda: _openai("a", **{f"{'_-' * 25}{key}": 1 for key in range(1_990)}),
    "fields that are too many": lambda: _openai("a", **{f"{'_-' * 25}{key}": 1 for key in range(49_000)}),
    "a word that is a list": lambda: _post(
        "/v2/embed", {"model": NAME, "texts": ["a"], "truncate": [1.2345678901234567] * 99_000}
    ),
    "types that are too many": lambda: _post(
        "/v2/embed", {"model": NAME, "texts": ["a"], "embedding_types": ["FLOAT"] * 99_000}
    ),
    "requests that are too many": lambda: _post(
        f"/v1beta/models/{NAME}:batchEmbedContents", {"requests": [{"taskType": 0, "content": {"parts": []}}] * 12_000}
    ),
    "MCP: long fractions": lambda: _tool("search", text="a", top_k=5.0, filter={"x": [1.5] * 99_000}),
    "Vectorize: a form with another boundary": lambda: Request(
        "POST",
        f"{INDEX}/upsert",
        b'--ab\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n' * 58_000 + b"--ab--",
        'multipart/form-data; boundary="a\\b"',
        KEY,
    ),
    "keys of metadata": lambda: _put(_metadata(48)),
    "lists in metadata": lambda: _put([{"id": str(n), "text": "a", "metadata": {"x": [1] * 4_900}} for n in range(20)]),
    "titles": lambda: _put([{"id": str(n), "text": "a", "title": MIXED * 99} for n in range(900)]),
    "ids": lambda: Request("DELETE", "/vectors", _json({"ids": ["字" * 21] * 49_000})),
    "different ids": lambda: Request("DELETE", "/vectors", _json({"ids": [f"{n:064}" for n in range(49_000)]})),
    "a filter": lambda: _post("/search", {"text": "a", "filter": {"x": {"$in": ["é" * 30] * 49_000}}}),
    "a deep filter": lambda: Request("POST", "/search", b'{"text":"a","filter":%b1%b}' % (b'{"x":' * 62, b"}" * 62)),
    "MCP: closing brackets in a string": lambda: _tool("compare", texts="]" * (SIZE - 200)),
    "MCP: strings in a string": lambda: _tool("compare", texts="[" + '"",' * (SIZE // 6)),
    "MCP: numbers in a string": lambda: _tool("compare", texts="[" + "1e308," * 90_000 + "1]"),
    "MCP: long numbers in a string": lambda: _tool("compare", texts="[" + ("9" * 4_000 + ",") * 900 + "1]"),
    "MCP: texts in a string": lambda: _tool("compare", texts=json.dumps([MIXED * 400] * 100, ensure_ascii=False)),
    "MCP: documents in a string": lambda: _tool("store", documents=json.dumps(_metadata(48))),
    "MCP: a string that is no JSON": lambda: _tool("compare", texts="e" * (SIZE - 200)),
    "MCP: a long id": lambda: _post("/mcp", {"jsonrpc": "2.0", "id": MIXED * (SIZE // 60), "method": "ping"}),
    "MCP: a long version": lambda: _post(
        "/mcp",
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "ping",
            "params": {"_meta": {"io.modelcontextprotocol/protocolVersion": MIXED * (SIZE // 60)}},
        },
    ),
    "TEI: sentences": lambda: _post(
        "/similarity", {"inputs": {"source_sentence": "a", "sentences": of_each_script(2000)}}
    ),
    "Cohere: parts": lambda: _post(
        "/v2/embed",
        {
            "model": NAME,
            "input_type": "search_query",
            "inputs": [{"content": [{"type": "text", "text": MIXED}] * 8}] * 2048,
        },
    ),
    "Google: parts": lambda: _post(
        f"/v1beta/models/{NAME}:batchEmbedContents",
        {"requests": [{"content": {"parts": [{"text": MIXED}] * 12}}] * 2048},
    ),
    "Vectorize: short numbers": lambda: _post(f"{INDEX}/upsert", {"vectors": _vectors(1000)}),
    "Vectorize: 5,000 lines": lambda: Request(
        "POST", f"{INDEX}/upsert", _lines(_vectors(1700)) + b"\n{}" * 3_300, NDJSON
    ),
    "Vectorize: lines of a byte": lambda: Request("POST", f"{INDEX}/upsert", b"1\n" * (SIZE // 2), NDJSON),
    "Vectorize: empty lines": lambda: Request("POST", f"{INDEX}/upsert", b"\n" * SIZE, NDJSON),
    "Vectorize: a form": lambda: Request("POST", f"{INDEX}/upsert", _form(_lines(_vectors(1000))), FORM_TYPE, KEY),
    "Vectorize: a form of nothing": lambda: Request(
        "POST", f"{INDEX}/upsert", _form(b"--b" * (SIZE // 4)), FORM_TYPE, KEY
    ),
    "Vectorize: a form with a long head": lambda: Request(
        "POST", f"{INDEX}/upsert", b"--b\r\n%b" % (b"a: b\r\n" * (SIZE // 7)), FORM_TYPE, KEY
    ),
    "Vectorize: a form with a long name": lambda: Request(
        "POST", f"{INDEX}/upsert", _form(b"{}").replace(b'"v.ndjson"', b'"%b"' % (b"v" * (SIZE - 200))), FORM_TYPE, KEY
    ),
    "Vectorize: metadata": lambda: _post(f"{INDEX}/upsert", {"vectors": _vectors(300, metadata={"x": MIXED * 190})}),
    "Vectorize: one long metadata": lambda: _post(
        f"{INDEX}/upsert", {"vectors": _vectors(1, metadata={"x": MIXED * 90_000})}
    ),
    "Vectorize: escapes": lambda: Request(
        "POST", f"{INDEX}/upsert", json.dumps({"vectors": _vectors(1, metadata={"x": MIXED * 40_000})}).encode()
    ),
    "Vectorize: one vector of many": lambda: Request(
        "POST", f"{INDEX}/query", b'{"vector":[%b0]}' % (b"0," * (SIZE // 2 - 20))
    ),
    "Vectorize: one vector of long numbers": lambda: Request(
        "POST", f"{INDEX}/query", b'{"vector":[%b0]}' % (b"1.7976931348623157e308," * (SIZE // 24))
    ),
    "Vectorize: one vector of digits": lambda: Request(
        "POST", f"{INDEX}/query", b'{"vector":[%b]}' % (b"9" * (SIZE - 20))
    ),
    "Vectorize: one vector of long ones": lambda: Request(
        "POST", f"{INDEX}/query", b'{"vector":[%b0]}' % ((b"9" * 300 + b",") * (SIZE // 310))
    ),
    "a query string": lambda: Request("GET", "/vectors?" + "&".join(["ids=" + "x" * 4] * 6_000)),
    "an encoded query string": lambda: Request("GET", "/vectors?ids=" + "%e5%ad%97" * 5_000),
    "an encoded path": lambda: Request("GET", "/v1/models/" + "%e5%ad%97" * 5_000),
    "a path of slashes": lambda: Request("GET", "/" * 50_000),
    "a path of model names": lambda: Request("GET", "/v1/models/" + "google/" * 7_000),
    "an Accept header": lambda: Request("GET", "/health", headers={"accept": "a/b;q=0.1," * 800}),
    "cookies": lambda: Request("GET", "/health", headers={"cookie": "a=b; " * 1_600}),
    "an Origin": lambda: Request("POST", "/mcp", b"{}", headers={"origin": "http://" + "a." * 3_900}),
    "a key": lambda: Request("GET", "/index", headers={"authorization": "Bearer " + "x" * HEADER_CHARS}),
    "a content type": lambda: Request("POST", "/embed", b"{}", kind="a/b" + ";c=d" * 1_900),
    "a request id": lambda: Request("GET", "/health", headers={"x-request-id": "a" * HEADER_CHARS}),
}


def requests() -> Iterator[tuple[str, Request]]:
    for name, make in MAKERS.items():
        yield name, make()
