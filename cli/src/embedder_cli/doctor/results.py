"""The result of a check."""

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """NOTE is information that is not a failure; SKIP is a check that can't be run here."""

    OK = "ok"
    FAIL = "FAIL"
    SKIP = "skip"
    NOTE = "note"


@dataclass(frozen=True)
class Result:
    """One row of the report. `figures` are the numbers behind the sentence, for `--json`."""

    check: str
    status: Status
    detail: str
    figures: dict[str, object] = field(default_factory=dict)


def verdict(check: str, good: bool, detail: str, otherwise: str = "", **figures: object) -> Result:
    """Return OK with `detail`, or FAIL with `otherwise`."""
    return Result(check, Status.OK if good else Status.FAIL, detail if good else otherwise or detail, figures)


def all_well(results: list[Result]) -> bool:
    """Return whether no check failed."""
    return all(result.status is not Status.FAIL for result in results)
