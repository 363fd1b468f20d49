"""Queues and their messages."""

import uuid
from typing import Any

from werkzeug.wrappers import Request

from tests.deploy.resources.base import ApiError, Fault, Resource

_QUEUES = "/accounts/<account>/queues"
ROUTES = {
    "list_queues": ("GET", _QUEUES),
    "create_queue": ("POST", _QUEUES),
    "peek": ("POST", f"{_QUEUES}/<queue>/messages/peek"),
    "purge": ("POST", f"{_QUEUES}/<queue>/messages/purge"),
    "send_batch": ("POST", f"{_QUEUES}/<queue>/messages/batch"),
}


class Queues(Resource):
    """Queues and their messages. The id of a queue is its name after `id-`."""

    def do_list_queues(self, request: Request) -> list[dict[str, str]]:
        wanted = request.args.get("name")
        return [_described(name) for name in self.state.queues if wanted in (None, name)]

    def do_create_queue(self, request: Request) -> dict[str, str]:
        name = request.get_json(force=True)["queue_name"]  # wrangler names no content type
        if name in self.state.queues:
            raise ApiError(Fault(409, 11009, f"Queue name '{name}' is already taken."))
        self.state.queues[name] = []
        return _described(name)

    def do_peek(self, request: Request, queue: str) -> dict[str, Any]:
        size = request.get_json()["batch_size"]
        kept = self.state.queues[queue.removeprefix("id-")][:size]
        found = [
            {"id": key, "ref": f"ref-{key}", "body": body, "timestamp_ms": 1_790_000_000_000} for key, body in kept
        ]
        return {"messages": found}

    def do_purge(self, request: Request, queue: str) -> dict[str, Any]:
        refs = {item["ref"] for item in request.get_json()["refs"]}
        kept = self.state.queues[queue.removeprefix("id-")]
        kept[:] = [item for item in kept if f"ref-{item[0]}" not in refs]
        return {"errors": [], "warnings": {}}

    def do_send_batch(self, request: Request, queue: str) -> dict[str, Any]:
        messages = request.get_json()["messages"]
        size = sum(len(item["body"].encode()) + 100 for item in messages)
        if len(messages) > 100 or size > 256_000 or any(item["content_type"] != "text" for item in messages):
            raise ApiError(Fault(413, 10000, "The batch is too large."))
        self.state.queues[queue.removeprefix("id-")] += [(str(uuid.uuid4()), item["body"]) for item in messages]
        return {}


def _described(queue: str) -> dict[str, str]:
    return {"queue_id": f"id-{queue}", "queue_name": queue}
