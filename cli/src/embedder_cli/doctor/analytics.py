"""Cloudflare's analytics of Workers AI: the calls of the model in an interval, and their neurons.

Source: the dataset aiInferenceAdaptiveGroups of the GraphQL Analytics API. The API and its settings node are
documented; the fields of this dataset are not.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
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
_MAX_REASONS = 5
_QUERY = "query ($account: string!@) { viewer { accounts(filter: {accountTag: $account}) { # } } }"
DATASET = "aiInferenceAdaptiveGroups"


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
        selection = f"count sum {{ totalNeurons totalInputTokens }} dimensions {{ {f'modelId {field}'.strip()} }}"
        groups = self.interval(DATASET, selection, since, until)
        with form():
            for group in groups:
                Usage.of(group), group["dimensions"]["modelId"]
        return groups

    def interval(
        self, dataset: str, selection: str, since: datetime, until: datetime, **equal: str
    ) -> list[Mapping[str, Any]]:
        """Return the groups of a dataset in an interval, of which fields are `equal` to values. Raises as `usage`."""
        fields = "".join(f"{name}: ${name}, " for name in equal)
        filtered = f"filter: {{{fields}datetime_geq: $since, datetime_lt: $until}}"
        query = f"{dataset}(limit: {_MAX_GROUPS}, {filtered}) {{ {selection} }}"
        declared = {"since": "Time!", "until": "Time!", **dict.fromkeys(equal, "string!")}
        found = self.selected(query, declared, since=_text(since), until=_text(until), **equal)
        with form():
            groups = list(found[dataset])
        if len(groups) >= _MAX_GROUPS:
            raise AnalyticsError(f"Cloudflare's analytics have more than {_MAX_GROUPS:,} groups; ask for fewer days.")
        return groups

    def selected(self, selection: str, declared: Mapping[str, str], **variables: str) -> Mapping[str, Any]:
        """Return what a query selects of the account. `declared` has the types of the variables. Raises as `usage`."""
        types = "".join(f", ${name}: {kind}" for name, kind in declared.items())
        query = _QUERY.replace("@", types).replace("#", selection)
        body = {"query": query, "variables": {"account": self._account, **variables}}
        answer = self._endpoint.send("POST", "/graphql", body)
        if answer.status == 429 or answer.status >= 500:
            raise EndpointError(f"Cloudflare's analytics answered HTTP {answer.status}.")
        if reason := _reason(answer):
            raise self._error(answer.status, reason)
        with form():
            found: Mapping[str, Any] = answer.body["data"]["viewer"]["accounts"][0]
        return found

    def _error(self, status: int, reason: str) -> AnalyticsError:
        if status not in (401, 403) and "authoriz" not in reason and "access" not in reason:
            return AnalyticsError(f"Cloudflare's analytics rejected the query: {reason}.", reason)
        message = (
            f"CLOUDFLARE_API_TOKEN can't read the analytics of account {plain(self._account, 64)} ({reason}). Give the "
            f"token the permission {_PERMISSION} at https://dash.cloudflare.com/profile/api-tokens, and check "
            "CLOUDFLARE_ACCOUNT_ID."
        )
        return AnalyticsError(message, reason)


@contextmanager
def form() -> Iterator[None]:
    """Raise AnalyticsError if an answer does not have the expected form."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise AnalyticsError("Cloudflare's analytics gave an answer of an unknown form.") from error


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _reason(answer: Answer) -> str:
    """Return why a query was rejected; "" if it was accepted. GraphQL rejects with status 200 as well."""
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    named = [error.get("message", "no reason") for error in errors or () if isinstance(error, dict)]
    if named:
        return plain("; ".join(map(str, named[:_MAX_REASONS])), 200).rstrip(".")
    return "" if answer.status == 200 else f"HTTP {answer.status}"


def analytics_of(opened: ExitStack, environment: Mapping[str, str], hint: str) -> Analytics:
    """Return the analytics of the account that the environment names. `hint` names what needs them, for the error."""
    token = usable_key(environment.get("CLOUDFLARE_API_TOKEN"), "CLOUDFLARE_API_TOKEN")
    account = environment.get("CLOUDFLARE_ACCOUNT_ID", "").strip()
    if not token or not account:
        message = "Set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID in the environment."
        raise typer.BadParameter(message, param_hint=hint)
    api = address(environment.get("CLOUDFLARE_API_BASE_URL") or API, "CLOUDFLARE_API_BASE_URL")
    return Analytics(opened.enter_context(Endpoint(api, token)), account)
