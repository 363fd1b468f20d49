"""What Cloudflare's analytics have for an account: the fields of a dataset, and how far it reaches back.

Source: the settings node of the GraphQL Analytics API.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from embedder_cli.doctor.analytics import Analytics, AnalyticsError, form

_FIELDS = "enabled availableFields maxDuration notOlderThan"


@dataclass(frozen=True)
class Dataset:
    """A dataset. What Cloudflare does not say is None."""

    name: str
    fields: frozenset[str] | None = None  # such as dimensions_modelId
    longest: timedelta | None = None  # of one query
    oldest: timedelta | None = None

    @classmethod
    def of(cls, analytics: Analytics, name: str) -> "Dataset":
        """Return what the settings say; without them, nothing is known. Raises EndpointError."""
        try:
            found = analytics.selected(f"settings {{ {name} {{ {_FIELDS} }} }}", {})
            with form():
                settings = found["settings"][name]
                fields = frozenset(str(field).replace(".", "_") for field in settings["availableFields"] or ())
                longest, oldest = _seconds(settings.get("maxDuration")), _seconds(settings.get("notOlderThan"))
        except AnalyticsError:
            return cls(name)
        return cls(name, fields or None, longest, oldest)

    def dimensions(self, word: str) -> list[str] | None:
        """Return the dimensions whose names contain a word; None if the fields are not known."""
        if self.fields is None:
            return None
        names = (field.removeprefix("dimensions_") for field in self.fields if field.startswith("dimensions_"))
        return sorted(name for name in names if word in name.lower() and name.isalnum())

    def has(self, *fields: str) -> bool:
        return self.fields is not None and self.fields.issuperset(fields)

    def windows(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield intervals that a query may have. Raises AnalyticsError if the analytics don't reach back so far."""
        if self.oldest and until - since > self.oldest:
            days = max(1, self.oldest.days)
            raise AnalyticsError(f"Cloudflare's analytics reach back {days} days; ask for --days {days}, or fewer.")
        step = self.longest or until - since
        while since < until:
            yield since, min(since + step, until)
            since += step


def _seconds(value: object) -> timedelta | None:
    return timedelta(seconds=int(value)) if isinstance(value, (int, float, str)) and int(value) > 0 else None
