"""A service that stores documents in memory, behind `pytest-httpserver`."""

import json
import threading
from types import SimpleNamespace

from werkzeug import Request, Response

from embedder import decoding
from embedder.errors import EmbedderError
from embedder.operations import documents
from embedder.operations.requests import UpsertRequest

UNLIMITED = SimpleNamespace(embedder=SimpleNamespace(prepare=lambda *_, **__: None))


class FakeService:
    """Answers the requests of import and search. It rejects what the core rejects before it asks the model."""

    def __init__(self, server):
        self.stored, self.sent, self.removed, self.queued = {}, [], [], []
        self.lock = threading.Lock()
        self.url = server.url_for("").rstrip("/")
        server.expect_request("/index").respond_with_handler(self._index)
        server.expect_request("/vectors", method="GET").respond_with_handler(self._get)
        server.expect_request("/vectors", method="PUT").respond_with_handler(self._put)
        server.expect_request("/vectors", method="DELETE").respond_with_handler(self._delete)

    def _index(self, _request: Request):
        return answer({"fits": True, "vector_count": len(self.stored)})

    def _get(self, request: Request):
        ids = request.args["ids"].split(",")
        vectors = [{"id": name, "values": [], **self.stored[name]} for name in ids if name in self.stored]
        return answer({"vectors": vectors, "missing": [name for name in ids if name not in self.stored]})

    def _put(self, request: Request):
        try:
            sent = decoding.decode(request.data, UpsertRequest)
            documents.check(sent.documents, sent)
            documents.add_prompts(UNLIMITED, sent.documents, sent)
        except EmbedderError as error:
            return answer({"error": {"code": error.code, "message": error.message, "param": error.param}}, 400)
        body = json.loads(request.data)
        tail = {"namespace": body["namespace"]} if "namespace" in body else {}
        if body.get("queue"):
            ids = [item["id"] for item in body["documents"]]
            self.queued += ids
            return answer({"ids": ids, "count": len(ids), "request_id": "r"}, 202)
        with self.lock:
            self.sent += [item["id"] for item in body["documents"]]
            self.stored |= {item["id"]: {**tail, **item, "metadata": _metadata(item)} for item in body["documents"]}
        return answer({"count": len(body["documents"]), "mutation_ids": ["m"]})

    def _delete(self, request: Request):
        ids = json.loads(request.data)["ids"]
        self.removed += ids
        for name in ids:
            self.stored.pop(name, None)
        return answer({"count": len(ids), "mutation_ids": ["m"]})


def _metadata(item):
    return item.get("metadata", {}) | {"text": item["text"]}


def answer(body, status=200):
    return Response(json.dumps(body), status, content_type="application/json")
