"""The calls of the model by key, from Cloudflare's analytics. Each call of the service has the tag `key:NAME`.

The field of the tags in the dataset is not documented. Therefore each of FIELDS is tried, and the last query has none.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from embedder_cli.doctor.analytics import MODEL, Analytics, AnalyticsError, Usage

FIELDS = ("tags", "tag")
_PREFIX = "key:"
OTHER = ""  # calls without a key: of other Workers, of the queue, and of other programs


def by_key(analytics: Analytics, since: datetime, until: datetime) -> tuple[dict[str, Usage], bool]:
    """Return the usage by key, and whether the analytics know the tags. Raises AnalyticsError or EndpointError."""
    for field in FIELDS:
        try:
            return _summed(analytics.groups(since, until, field), field), True
        except AnalyticsError as error:
            if not re.search(rf"\b{field}\b", error.reason):  # it rejects something else
                raise
    return _summed(analytics.groups(since, until), ""), False


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
