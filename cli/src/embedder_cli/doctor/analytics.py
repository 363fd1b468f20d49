"""Cloudflare's analytics of Workers AI: the calls of the model in an interval, and their neurons.

Source: the dataset aiInferenceAdaptiveGroups of the GraphQL Analytics API.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from embedder_cli.doctor.endpoint import Answer, Endpoint, EndpointError
from embedder_cli.printable import plain

API = "https://api.cloudflare.com/client/v4"
MODEL = "@cf/google/embeddinggemma-300m"
_PERMISSION = "Account Analytics: Read"
_MAX_MODELS = 1_000
_QUERY = (
    "query ($account: string!, $since: Time!, $until: Time!) { viewer { accounts(filter: {accountTag: $account}) { "
    f"aiInferenceAdaptiveGroups(limit: {_MAX_MODELS}, filter: {{datetime_geq: $since, datetime_lt: $until}}) {{ "
    "count sum { totalNeurons totalInputTokens } dimensions { modelId } } } } }"
)


class AnalyticsError(Exception):
    """The analytics can't be read; the message is one sentence to act on."""


@dataclass(frozen=True)
class Usage:
    """The calls of the model in an interval. `tokens` is Cloudflare's own count, which may be 0."""

    calls: int = 0
    neurons: float = 0.0
    tokens: int = 0


class Analytics:
    """The analytics of one account. `endpoint` is Cloudflare's API, with a token."""

    def __init__(self, endpoint: Endpoint, account: str) -> None:
        self._endpoint = endpoint
        self._account = account

    def usage(self, since: datetime, until: datetime) -> Usage:
        """Return what is known so far. Raises AnalyticsError, or EndpointError if a later call may succeed."""
        variables = {"account": self._account, "since": _text(since), "until": _text(until)}
        answer = self._endpoint.send("POST", "/graphql", {"query": _QUERY, "variables": variables})
        if answer.status == 429 or answer.status >= 500:
            raise EndpointError(f"Cloudflare's analytics answered HTTP {answer.status}.")
        if reason := _reason(answer):
            raise self._error(answer.status, reason)
        try:
            return _usage(answer.body["data"]["viewer"]["accounts"][0]["aiInferenceAdaptiveGroups"])
        except (LookupError, TypeError, ValueError) as error:
            raise AnalyticsError("Cloudflare's analytics gave an answer of an unknown form.") from error

    def _error(self, status: int, reason: str) -> AnalyticsError:
        if status not in (401, 403) and "authoriz" not in reason and "access" not in reason:
            return AnalyticsError(f"Cloudflare's analytics rejected the query: {reason}.")
        return AnalyticsError(
            f"CLOUDFLARE_API_TOKEN can't read the analytics of account {plain(self._account, 64)} ({reason}). Give the "
            f"token the permission {_PERMISSION} at https://dash.cloudflare.com/profile/api-tokens, and check "
            "CLOUDFLARE_ACCOUNT_ID."
        )


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _reason(answer: Answer) -> str:
    """Return why a query was rejected; "" if it was accepted. GraphQL rejects with status 200 as well."""
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    if errors and isinstance(errors, list) and isinstance(errors[0], dict):
        return plain(errors[0].get("message", "no reason"), 200).rstrip(".")
    return "" if answer.status == 200 else f"HTTP {answer.status}"


def _usage(groups: list[Mapping[str, Any]]) -> Usage:
    own = [group for group in groups if group["dimensions"]["modelId"] == MODEL]
    return Usage(
        calls=sum(int(group["count"]) for group in own),
        neurons=sum(float(group["sum"]["totalNeurons"]) for group in own),
        tokens=sum(int(group["sum"]["totalInputTokens"]) for group in own),
    )
