"""Cloudflare's analytics of Workers AI: the calls of the model in an interval, and their neurons.

Source: the dataset aiInferenceAdaptiveGroups of the GraphQL Analytics API.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import typer

from embedder_cli.doctor.endpoint import Answer, Endpoint, EndpointError
from embedder_cli.options import address, usable_key
from embedder_cli.printable import plain

API = "https://api.cloudflare.com/client/v4"
MODEL = "@cf/google/embeddinggemma-300m"
_PERMISSION = "Account Analytics: Read"
_MAX_GROUPS = 10_000  # the limit of a query
_QUERY = (
    "query ($account: string!, $since: Time!, $until: Time!) { viewer { accounts(filter: {accountTag: $account}) { "
    f"aiInferenceAdaptiveGroups(limit: {_MAX_GROUPS}, filter: {{datetime_geq: $since, datetime_lt: $until}}) {{ "
    "count sum { totalNeurons totalInputTokens } dimensions { modelId @ } } } } }"
)


class AnalyticsError(Exception):
    """The analytics can't be read; the message is one sentence to act on, `reason` is Cloudflare's."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Usage:
    """The calls of the model in an interval. `tokens` is Cloudflare's own count, which may be 0."""

    calls: int = 0
    neurons: float = 0.0
    tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.calls + other.calls, self.neurons + other.neurons, self.tokens + other.tokens)

    @classmethod
    def of(cls, group: Mapping[str, Any]) -> "Usage":
        """Return the usage of one group of the dataset."""
        total = group["sum"]
        return cls(int(group["count"]), float(total["totalNeurons"]), int(total["totalInputTokens"]))


class Analytics:
    """The analytics of one account. `endpoint` is Cloudflare's API, with a token."""

    def __init__(self, endpoint: Endpoint, account: str) -> None:
        self._endpoint = endpoint
        self._account = account

    def usage(self, since: datetime, until: datetime) -> Usage:
        """Return what is known so far. Raises AnalyticsError, or EndpointError if a later call may succeed."""
        groups = self.groups(since, until)
        own = [Usage.of(group) for group in groups if group["dimensions"]["modelId"] == MODEL]
        return sum(own, Usage())

    def groups(self, since: datetime, until: datetime, field: str = "") -> list[Mapping[str, Any]]:
        """Return the calls of all models, grouped by model and by another `field` of the dataset. Raises as `usage`."""
        variables = {"account": self._account, "since": _text(since), "until": _text(until)}
        query = _QUERY.replace(" @", field and f" {field}")
        answer = self._endpoint.send("POST", "/graphql", {"query": query, "variables": variables})
        if answer.status == 429 or answer.status >= 500:
            raise EndpointError(f"Cloudflare's analytics answered HTTP {answer.status}.")
        if reason := _reason(answer):
            raise self._error(answer.status, reason)
        try:
            groups = list(answer.body["data"]["viewer"]["accounts"][0]["aiInferenceAdaptiveGroups"])
            for group in groups:
                Usage.of(group), group["dimensions"]["modelId"]
        except (LookupError, TypeError, ValueError) as error:
            raise AnalyticsError("Cloudflare's analytics gave an answer of an unknown form.") from error
        if len(groups) >= _MAX_GROUPS:
            raise AnalyticsError(f"Cloudflare's analytics have more than {_MAX_GROUPS:,} groups; ask for fewer days.")
        return groups

    def _error(self, status: int, reason: str) -> AnalyticsError:
        if status not in (401, 403) and "authoriz" not in reason and "access" not in reason:
            return AnalyticsError(f"Cloudflare's analytics rejected the query: {reason}.", reason)
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


def analytics_of(opened: ExitStack, environment: Mapping[str, str], hint: str) -> Analytics:
    """Return the analytics of the account that the environment names. `hint` names what needs them, for the error."""
    token = usable_key(environment.get("CLOUDFLARE_API_TOKEN"), "CLOUDFLARE_API_TOKEN")
    account = environment.get("CLOUDFLARE_ACCOUNT_ID", "").strip()
    if not token or not account:
        message = "It needs CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID in the environment."
        raise typer.BadParameter(message, param_hint=hint)
    api = address(environment.get("CLOUDFLARE_API_BASE_URL") or API, "CLOUDFLARE_API_BASE_URL")
    return Analytics(opened.enter_context(Endpoint(api, token)), account)
