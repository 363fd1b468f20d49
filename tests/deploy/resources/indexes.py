"""Vectorize indexes and their metadata indexes."""

import uuid
from typing import Any

from werkzeug.wrappers import Request

from tests.deploy.account import now
from tests.deploy.resources.base import ApiError, Fault, Resource

_INDEXES = "/accounts/<account>/vectorize/v2/indexes"
ROUTES = {
    "list_indexes": ("GET", _INDEXES),
    "create_index": ("POST", _INDEXES),
    "list_metadata_indexes": ("GET", f"{_INDEXES}/<index>/metadata_index/list"),
    "create_metadata_index": ("POST", f"{_INDEXES}/<index>/metadata_index/create"),
}


class Indexes(Resource):
    """Vectorize indexes and their metadata indexes."""

    def do_list_indexes(self, _: Request) -> list[dict[str, Any]]:
        return list(self.state.indexes.values())

    def do_create_index(self, request: Request) -> dict[str, Any]:
        wanted = request.get_json()
        made = {"name": wanted["name"], "config": wanted["config"], "created_on": now()}
        if self.state.indexes.setdefault(wanted["name"], made) is not made:
            raise ApiError(Fault(409, 3002, "vectorize.index.duplicate_name"))
        return made

    def do_list_metadata_indexes(self, _: Request, index: str) -> dict[str, Any]:
        there = self.state.metadata_indexes.get(index, {})
        return {"metadataIndexes": [{"propertyName": key, "indexType": kind} for key, kind in there.items()]}

    def do_create_metadata_index(self, request: Request, index: str) -> dict[str, str]:
        wanted = request.get_json()
        self.state.metadata_indexes.setdefault(index, {})[wanted["propertyName"]] = wanted["indexType"].capitalize()
        return {"mutationId": str(uuid.uuid4())}
