"""Answers questions from stored documents: PUT / stores lines, GET /?q=... answers with the nearest one."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from workers import Request, Response, WorkerEntrypoint

if TYPE_CHECKING:
    from embedder_types import Embeddings


class Default(WorkerEntrypoint):
    async def fetch(self, request: Request) -> Response:
        embeddings: Embeddings = self.env.EMBEDDINGS
        if request.method == "PUT":
            lines = [line for line in (await request.text()).split("\n") if line]
            documents = [{"id": f"line-{number}", "text": text} for number, text in enumerate(lines, 1)]
            stored = await embeddings.upsert(documents, {"namespace": "ask", "wait": True})
            return Response.json(stored, status=200 if stored["ok"] else stored["error"]["status"])
        question = parse_qs(urlsplit(request.url).query).get("q", [""])[0]
        found = await embeddings.search(question, {"namespace": "ask", "top_k": 3})
        if not found["ok"]:
            return Response.json(found, status=found["error"]["status"])
        best = found["matches"][0] if found["matches"] else {"metadata": {}, "score": None}
        return Response.json({"question": question, "answer": best["metadata"].get("text"), "score": best["score"]})
