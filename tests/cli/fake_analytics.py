"""An emulated GraphQL Analytics API of Cloudflare, behind `pytest-httpserver`."""

import json
import re
from datetime import UTC, datetime

from werkzeug import Request, Response

from embedder_cli.doctor.analytics import DATASET, MODEL
from embedder_cli.usage import gateway

TOKEN, ACCOUNT = "t" * 40, "0" * 31 + "1"
PATH = "/client/v4/graphql"
DENIED = {"data": None, "errors": [{"message": "not authorized for that account", "path": ["viewer"]}]}
QUERY = re.compile(
    r"query \(\$account: string!(?:, \$\w+: (?:Time|string)!)*\) \{ "
    r"viewer \{ accounts\(filter: \{accountTag: \$account\}\) \{ "
    r"(?:settings \{ (?P<settings>\w+) \{ enabled availableFields maxDuration notOlderThan \} \}|"
    r"(?P<dataset>\w+)\(limit: 10000, filter: \{(?P<gateway>gateway: \$gateway, )?datetime_geq: \$since, "
    r"datetime_lt: \$until\}\) \{ count(?: sum \{ (?P<sums>[\w ]+) \})? dimensions \{ (?P<dimensions>[\w ]+) \} \}) "
    r"\} \} \}"
)


class FakeAnalytics:
    """Keeps calls of models, which become visible `late` requests after the first one.

    `fields` has the fields of each dataset; `told` is whether the settings name them.
    """

    def __init__(self, server, *, late=0):
        self.calls, self.gateway_calls = [], []
        self.asked = 0
        self.late = late
        self.failures = []
        self.queries = []  # the dimensions of each query, or "settings"
        self.told = True
        self.limits = {"enabled": True, "maxDuration": 2_678_400, "notOlderThan": 7_776_000}
        self.fields = {
            DATASET: {"count", "sum_totalNeurons", "sum_totalInputTokens", "dimensions_modelId", "dimensions_tags"},
            gateway.DATASET: {"count", "sum_cachedTokensIn", "sum_uncachedTokensIn", "dimensions_model"}
            | {"dimensions_provider", "dimensions_gateway", "dimensions_metadataRaw"},
        }
        self.rejection = 'unknown field "{}"', 400
        self.url = server.url_for("/client/v4")
        server.expect_request(PATH, method="POST").respond_with_handler(self._answer)

    def add(self, count, *, neurons=0.5, tokens=20, model=MODEL, at=None, tag=""):
        self.calls += [(at or datetime.now(UTC), model, neurons, tokens, tag)] * count

    def add_to_gateway(self, count, metadata, *, tokens=20, model="embeddinggemma-300m", name="main"):
        self.gateway_calls += [(datetime.now(UTC), model, 0, tokens, metadata, name)] * count

    def rename(self, dataset, old, new):
        """Give a dimension another name; "" for none."""
        self.fields[dataset] -= {f"dimensions_{old}"}
        self.fields[dataset] |= {f"dimensions_{new}"} if new else set()

    def _answer(self, request: Request) -> Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        self.asked += 1
        if self.failures:
            return self.failures.pop(0)
        sent = request.get_json()
        assert sent["variables"]["account"] == ACCOUNT
        asked = QUERY.fullmatch(sent["query"]).groupdict()
        try:
            data = self._settings(asked["settings"]) if asked["settings"] else self._groups(asked, sent["variables"])
        except LookupError as error:
            message, status = self.rejection
            return answer({"data": None, "errors": [{"message": message.format(error.args[0])}]}, status)
        return answer({"data": {"viewer": {"accounts": [data]}}, "errors": None})

    def _settings(self, dataset):
        self.queries.append("settings")
        if not self.told:
            raise LookupError("settings")
        return {"settings": {dataset: {**self.limits, "availableFields": sorted(self.fields[dataset])}}}

    def _groups(self, asked, variables):
        dataset, [model, *more] = asked["dataset"], asked["dimensions"].split()
        self.queries.append(" ".join(more))
        sums = (asked["sums"] or "").split()
        for field in [*(f"dimensions_{name}" for name in (model, *more)), *(f"sum_{name}" for name in sums)]:
            if field not in self.fields[dataset]:
                raise LookupError(field.partition("_")[2])
        kept = self.calls if dataset == DATASET else self.gateway_calls
        since, until = (datetime.fromisoformat(variables[name]) for name in ("since", "until"))
        found = [call for call in kept if self.asked > self.late and since <= call[0] < until]
        if asked["gateway"]:
            found = [call for call in found if call[5] == variables["gateway"]]
        kinds = {(call[1], call[4] if more else None) for call in found}
        groups = [group((model, *more), sums, kind, [call for call in found if same(call, kind)]) for kind in kinds]
        return {dataset: groups}


def same(call, kind):
    return call[1] == kind[0] and kind[1] in (None, call[4])


def group(dimensions, sums, kind, calls):
    neurons, tokens = sum(call[2] for call in calls), sum(call[3] for call in calls)
    known = {"totalNeurons": neurons, "totalInputTokens": tokens, "cachedTokensIn": 1}
    known |= {"tokensIn": tokens, "uncachedTokensIn": tokens - 1}
    made = {"count": len(calls), "dimensions": dict(zip(dimensions, kind, strict=False))}
    return made | ({"sum": {name: known[name] for name in sums}} if sums else {})


def answer(body, status=200):
    return Response(json.dumps(body), status, content_type="application/json")
