"""The calls of the model by key, from the metadata of an AI Gateway. Each call of the service has `{"key": NAME}`.

The dataset aiGatewayRequestsAdaptiveGroups is documented with the dimensions model, provider and gateway. That it has
the metadata as text, and sums of tokens under two names, was seen by others, and is asked of the settings where they
can be read.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from embedder_cli.doctor.analytics import MODEL, Analytics, AnalyticsError, Usage, form
from embedder_cli.usage.datasets import Dataset
from embedder_cli.usage.tags import OTHER, unknown

DATASET = "aiGatewayRequestsAdaptiveGroups"
_METADATA = "metadataRaw"
_TOKENS = (("tokensIn",), ("cachedTokensIn", "uncachedTokensIn"))  # the sums that an account may have


def by_key(analytics: Analytics, gateway: str, since: datetime, until: datetime) -> tuple[dict[str, Usage], bool]:
    """Return calls and tokens by key, and whether the analytics know the metadata. The neurons are 0: not known.

    Raises AnalyticsError or EndpointError.
    """
    dataset = Dataset.of(analytics, DATASET)
    windows = [*dataset.windows(since, until)]
    sums = next((f" sum {{ {' '.join(names)} }}" for names in _TOKENS if _has(dataset, names)), "")

    def groups(dimension: str) -> Iterable[Mapping[str, Any]]:
        selection = f"count{sums} dimensions {{ {f'model {dimension}'.strip()} }}"
        for window in windows:
            yield from analytics.interval(DATASET, selection, *window, gateway=gateway)

    if dataset.fields is None or dataset.has(f"dimensions_{_METADATA}"):
        try:
            return _summed(groups(_METADATA)), True
        except AnalyticsError as error:
            if not unknown(_METADATA, error):
                raise
    return _summed(groups("")), False


def _has(dataset: Dataset, sums: Iterable[str]) -> bool:
    return dataset.has(*(f"sum_{name}" for name in sums))


def _summed(groups: Iterable[Mapping[str, Any]]) -> dict[str, Usage]:
    found: dict[str, Usage] = {}
    with form():
        for group in groups:
            if not str(group["dimensions"]["model"]).endswith(MODEL.rpartition("/")[2]):
                continue
            key = _key(group["dimensions"].get(_METADATA))
            tokens = sum(int(number) for number in (group.get("sum") or {}).values())
            found[key] = found.get(key, Usage()) + Usage(int(group["count"]), 0.0, tokens)
    return found


def _key(metadata: object) -> str:
    """Return the name of the key in the metadata: a JSON object, or its text."""
    try:
        found = json.loads(metadata) if isinstance(metadata, str) else metadata
    except ValueError:
        return OTHER
    key = found.get("key") if isinstance(found, dict) else None
    return key if isinstance(key, str) else OTHER
