"""All forms of requests for vectors, by route, options and number of texts, and how their replies are read."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import requests

from tests.runtime.faults.answers.checks import (
    Matches,
    first_256,
    flat_float32,
    in_data,
    in_items,
    in_query,
    in_response,
    in_result,
    in_scores,
    in_vectors,
    in_vectors_and_data,
    matrix_scores,
    same_base64,
    same_float32,
    same_numbers,
    source_scores,
)
from tests.runtime.faults.wrong_answers import Server, marker
from tools import workerd

RUN = "/client/v4/accounts/abc/ai/run/@cf/google/embeddinggemma-300m"
TIMEOUT_S = 60
CLOUDFLARE_OTHER = 10_000


class Reply(msgspec.Struct, frozen=True):
    """A reply. `error` is the code of an error, or "" with the answer in `value`."""

    status: int
    error: str = ""
    value: Any = None


class Client(msgspec.Struct, frozen=True):
    """Calls the Worker over HTTP, or over RPC through the probe Worker."""

    worker: workerd.Process
    session: requests.Session
    models: Server

    def post(self, path: str, body: object, method: str = "POST") -> Reply:
        url = self.worker.url("embedder") + path
        return _http_reply(self.session.request(method, url, json=body, timeout=TIMEOUT_S))

    def rpc(self, texts: list[str], **options: object) -> Reply:
        call = {"method": "embed", "args": [texts, options]}
        found = self.session.post(self.worker.url("probe"), json=call, timeout=TIMEOUT_S).json()
        if "thrown" in found:
            return Reply(500, f"exception over RPC: {found['thrown'][:60]!r}")
        answer = found["answer"]
        if answer["ok"] is True:
            return Reply(200, value=answer)
        return Reply(answer["error"]["status"], answer["error"]["code"])


def _http_reply(response: requests.Response) -> Reply:
    try:
        body = json.loads(response.content)
    except ValueError:
        return Reply(response.status_code, "not JSON")
    if response.status_code == 200:
        return Reply(200, value=body)
    try:
        code = _cloudflare_code(body) if "errors" in body else body["error"]["code"]
    except (KeyError, TypeError, IndexError):
        code = "an error of no known shape"
    return Reply(response.status_code, code)


def _cloudflare_code(body: dict[str, Any]) -> str:
    """Return the code of an error in Cloudflare's format, which has one number for both possible codes."""
    number = body["errors"][0]["code"]
    right = body["success"] is False and body["result"] is None and number == CLOUDFLARE_OTHER
    return "upstream_invalid" if right else f"code {number}, success {body['success']}"


class Form(msgspec.Struct, frozen=True):
    """A form of request. `count` is the number of texts in the tested call; `matches` checks the rows of an answer."""

    count: int
    ask: Callable[[Client, str], Reply]
    matches: Matches
    shortened: bool = False


def texts(kind: str, count: int) -> list[str]:
    return [*[f"text {index}" for index in range(count - 1)], marker(kind)]


def embed(count: int, path: str = "/embed", **options: object) -> Callable[[Client, str], Reply]:
    return lambda client, kind: client.post(path, {"text": texts(kind, count), **options})


def openai(count: int, **options: object) -> Callable[[Client, str], Reply]:
    body = {"model": "embeddinggemma-300m", **options}
    return lambda client, kind: client.post("/v1/embeddings", {"input": texts(kind, count), **body})


def rpc(count: int, **options: object) -> Callable[[Client, str], Reply]:
    return lambda client, kind: client.rpc(texts(kind, count), **options)


def similarity_to_source(client: Client, kind: str) -> Reply:
    return client.post("/similarity", {"source": "text", "texts": texts(kind, 2)})


def similarity_matrix(client: Client, kind: str) -> Reply:
    return client.post("/similarity", {"texts": texts(kind, 3)})


def _ids(kind: str) -> list[str]:
    return [f"{index}.{marker(kind)}" for index in range(3)]


def embed_and_store(client: Client, kind: str) -> Reply:
    found = client.post("/embed", {"text": texts(kind, 3), "store": {"ids": _ids(kind)}})
    return _with_kept(found, client.models.written[kind])


def put_vectors(client: Client, kind: str) -> Reply:
    documents = [{"id": name, "text": text} for name, text in zip(_ids(kind), texts(kind, 3), strict=True)]
    return _with_kept(client.post("/vectors", {"documents": documents}, "PUT"), client.models.written[kind])


def search(client: Client, kind: str) -> Reply:
    found = client.post("/search", {"text": marker(kind), "namespace": marker(kind)})
    return _with_kept(found, client.models.searched[kind])


def _with_kept(reply: Reply, bodies: list[str]) -> Reply:
    """Add the bodies that Vectorize received to the answer."""
    return msgspec.structs.replace(reply, value={"answer": reply.value, "bodies": bodies}) if not reply.error else reply


FORMS = {
    "native, 3 texts": Form(3, embed(3), in_data(same_numbers)),
    "native, 20 texts": Form(20, embed(20), in_data(same_numbers)),
    "native, 256 dimensions": Form(3, embed(3, dimensions=256), in_data(first_256, 256), shortened=True),
    "native, base64": Form(3, embed(3, encoding_format="base64"), in_data(same_base64)),
    "OpenAI, 3 texts": Form(3, openai(3), in_items(same_numbers)),
    "OpenAI, 150 texts": Form(50, openai(150), in_items(same_numbers)),
    "OpenAI, base64": Form(3, openai(3, encoding_format="base64"), in_items(same_base64)),
    "Workers AI": Form(3, embed(3, RUN), in_result),
    "similarity to a source": Form(3, similarity_to_source, in_scores(source_scores)),
    "similarity matrix": Form(3, similarity_matrix, in_scores(matrix_scores)),
    "embed and store": Form(3, embed_and_store, in_vectors_and_data),
    "PUT vectors": Form(3, put_vectors, in_vectors),
    "search": Form(1, search, in_query),
    "RPC, arrays": Form(3, rpc(3), in_data(same_float32)),
    "RPC, float32": Form(3, rpc(3, format="float32"), flat_float32),
    "RPC, response": Form(3, rpc(3, format="response"), in_response),
}
