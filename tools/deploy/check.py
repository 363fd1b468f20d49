"""The check after a deployment: wait until the new version answers, then let the doctor examine it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from rich.console import Console

from embedder_cli.doctor import contract, report
from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.examination import Options, examine
from embedder_cli.doctor.results import all_well

VERSION_HEADER = "x-embedder-version"
_APPEARS_WITHIN_S = 120  # a new address, or a new version, may take a while until every data centre has it
_LOOK_EVERY_S = 1
_REPORT_EVERY_S = 10
_TIMES = 3  # answers of the new version in a row: during a deployment, requests reach both


class Outcome(Enum):
    """What the check of a deployed version found."""

    GOOD = "good"
    FAILED = "failed"  # the version answers wrongly
    UNKNOWN = "unknown"  # the address did not answer at all
    ELSEWHERE = "elsewhere"  # it answers, but not with this version, and is not the Worker's own address
    UNCHECKED = "unchecked"  # it answers with this version, but there is no key to examine it with


@dataclass(frozen=True)
class _Seen:
    """One answer of /health."""

    answered: bool = False
    status: int = 0
    version: str = ""
    text: str = ""


@dataclass(frozen=True)
class Target:
    """The version to wait for. `own`: the address is the Worker's own, so that every wrong answer is its fault."""

    url: str
    version: str | None
    own: bool


def check(target: Target, key: str | None, *, wants_keys: bool, say: Callable[[str], None]) -> Outcome:
    """Examine the version that was deployed."""
    url = target.url
    with Endpoint(url, key) as endpoint:
        outcome = wait_for(endpoint, target, say)
        if outcome is not Outcome.GOOD:
            return outcome
        if wants_keys and not key:
            say(f"check: the version answers. Set EMBEDDER_KEY to examine it: make doctor URL={url} KEY=...")
            return Outcome.UNCHECKED
        results = list(examine(endpoint, Options()))
    Console().print(report.table(url, results))
    return Outcome.GOOD if all_well(results) else Outcome.FAILED


def answers(target: Target, say: Callable[[str], None]) -> bool:
    """Wait until the version answers, without examining it."""
    with Endpoint(target.url) as endpoint:
        return wait_for(endpoint, target, say) is Outcome.GOOD


def wait_for(endpoint: Endpoint, target: Target, say: Callable[[str], None]) -> Outcome:
    """Wait until the endpoint answers with this version several times in a row."""
    version = target.version
    say(f"check: waiting until {target.url} answers with version {version} ...")
    began = reported = time.monotonic()
    in_a_row, seen = 0, _Seen()
    while (now := time.monotonic()) - began < _APPEARS_WITHIN_S:
        seen = _look(endpoint)
        in_a_row = in_a_row + 1 if seen.status == 200 and seen.version == (version or seen.version) else 0
        if in_a_row == _TIMES:
            return Outcome.GOOD
        if now - reported >= _REPORT_EVERY_S:
            reported = now
            say(f"check: still waiting after {now - began:.0f} s: {seen.text}")
        time.sleep(0 if in_a_row else _LOOK_EVERY_S)
    say(f"check: version {version} did not answer within {_APPEARS_WITHIN_S} s: {seen.text}")
    return _unreached(seen, target)


def _unreached(seen: _Seen, target: Target) -> Outcome:
    """Return why the version did not answer well, from the last answer of the address.

    A wrong address must not look like a wrong version. Its answers come from another Worker, or they are a 404 or a
    redirect of the right one.
    """
    if not seen.answered:
        return Outcome.UNKNOWN
    broken = seen.status >= 500 and bool(target.version) and seen.version == target.version
    return Outcome.FAILED if target.own or broken else Outcome.ELSEWHERE


def _look(endpoint: Endpoint) -> _Seen:
    try:
        answer = endpoint.send("GET", "/health")
    except EndpointError as error:
        return _Seen(text=str(error))
    version = answer.headers.get(VERSION_HEADER, "")
    text = (
        f"/health answers HTTP {answer.status}, from {f'version {version}' if version else 'a version without an id'}."
    )
    hint = f" {contract.EVERY_REQUEST_FAILS}" if answer.status == contract.INTERNAL_ERROR else ""
    return _Seen(True, answer.status, version, text + hint)
