"""An emulated GraphQL Analytics API of Cloudflare, behind `pytest-httpserver`."""

import json
import re
from datetime import UTC, datetime

from werkzeug import Request, Response

from embedder_cli.doctor.analytics import MODEL

TOKEN, ACCOUNT = "t" * 40, "0" * 31 + "1"
PATH = "/client/v4/graphql"
WORDS = set(
    "query account string since Time until viewer accounts filter accountTag aiInferenceAdaptiveGroups limit "
    "datetime_geq datetime_lt count sum totalNeurons totalInputTokens dimensions modelId".split()
)
DENIED = {"data": None, "errors": [{"message": "not authorized for that account", "path": ["viewer"]}]}


class FakeAnalytics:
    """Keeps calls of models, which become visible `late` requests after the first one."""

    def __init__(self, server, *, late=0):
        self.calls = []
        self.asked = 0
        self.late = late
        self.failures = []
        self.fields = []
        self.tag_field = "tags"  # the field of the tags in the dataset
        self.url = server.url_for("/client/v4")
        server.expect_request(PATH, method="POST").respond_with_handler(self._answer)

    def add(self, count, *, neurons=0.5, tokens=20, model=MODEL, at=None, tag=""):
        self.calls += [(at or datetime.now(UTC), model, neurons, tokens, tag)] * count

    def _answer(self, request: Request) -> Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        self.asked += 1
        if self.failures:
            return self.failures.pop(0)
        try:
            return answer({"data": self._data(**request.get_json()), "errors": None})
        except LookupError as error:
            return answer({"data": None, "errors": [{"message": f'unknown field "{error.args[0]}"'}]})

    def _data(self, query, variables):
        [*_, field] = re.findall("[A-Za-z_]+", query)
        asked = "" if field == "modelId" else field
        assert set(re.findall("[A-Za-z_]+", query)) - {asked} == WORDS
        self.fields.append(asked)
        if asked and asked != self.tag_field:
            raise LookupError(asked)
        assert variables["account"] == ACCOUNT
        since, until = (datetime.fromisoformat(variables[name]) for name in ("since", "until"))
        visible = self.calls if self.asked > self.late else []
        found = [call for call in visible if since <= call[0] < until]
        kinds = {(call[1], call[4] if asked else None) for call in found}
        groups = [
            group(name, [call for call in found if call[1] == name and (not asked or call[4] == tag)], asked, tag)
            for name, tag in kinds
        ]
        return {"viewer": {"accounts": [{"aiInferenceAdaptiveGroups": groups}]}}


def group(model, calls, field="", tag=""):
    total = {"totalNeurons": sum(call[2] for call in calls), "totalInputTokens": sum(call[3] for call in calls)}
    return {"count": len(calls), "sum": total, "dimensions": {"modelId": model} | ({field: tag} if field else {})}


def answer(body, status=200):
    return Response(json.dumps(body), status, content_type="application/json")
