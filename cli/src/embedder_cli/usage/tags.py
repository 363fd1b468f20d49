"""The calls of the model by key, from the tags of the calls. Each call of the service has the tag `key:NAME`.

The field of the tags in the dataset is not documented. The settings say which fields the account has; where they can't
be read, each of FIELDS is tried.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from embedder_cli.doctor.analytics import DATASET, MODEL, Analytics, AnalyticsError, Usage
from embedder_cli.usage.datasets import Dataset

FIELDS = ("tags", "tag")
_PREFIX = "key:"
OTHER = ""  # calls without a key: of other Workers, of the queue, and of other programs


def by_key(analytics: Analytics, since: datetime, until: datetime) -> tuple[dict[str, Usage], bool]:
    """Return the usage by key, and whether the analytics know the tags. Raises AnalyticsError or EndpointError."""
    dataset = Dataset.of(analytics, DATASET)
    windows = [*dataset.windows(since, until)]
    fields = dataset.dimensions("tag")
    for field in FIELDS if fields is None else fields:
        try:
            return _summed((group for window in windows for group in analytics.groups(*window, field)), field), True
        except AnalyticsError as error:
            if not unknown(field, error):
                raise
    return _summed((group for window in windows for group in analytics.groups(*window)), ""), False


def unknown(field: str, error: AnalyticsError) -> bool:
    """Return whether Cloudflare rejected a query because of a field. Some of its errors have names in lower case."""
    return bool(re.search(rf"\b{field}\b", error.reason, re.IGNORECASE))


def _summed(groups: Iterable[Mapping[str, Any]], field: str) -> dict[str, Usage]:
    found: dict[str, Usage] = {}
    for group in groups:
        if group["dimensions"]["modelId"] != MODEL:
            continue
        key = _key(group["dimensions"].get(field))
        found[key] = found.get(key, Usage()) + Usage.of(group)
    return found


def _key(tags: object) -> str:
    """Return the label of the key among the tags: a list, or one text with commas."""
    several = tags if isinstance(tags, list) else str(tags or "").strip("[]").split(",")
    named = [text for tag in several if (text := str(tag).strip(' "')).startswith(_PREFIX)]
    return named[0].removeprefix(_PREFIX) if named else OTHER
