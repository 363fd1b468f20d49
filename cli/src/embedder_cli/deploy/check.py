"""The check after a deployment: wait until the new version answers, then let the doctor examine it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from rich.console import Console

from embedder_cli.doctor import report
from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.examination import Options, examine
from embedder_cli.doctor.results import all_well

VERSION_HEADER = "x-embedder-version"
_APPEARS_WITHIN_S = 120  # a new address, or a new version, may take a while until every data centre has it
_LOOK_EVERY_S = 1
_TELL_EVERY_S = 10
_TIMES = 3  # answers of the new version in a row: during a deployment, requests reach both


class Outcome(Enum):
    GOOD = "good"
    FAILED = "failed"  # the version answers wrongly
    UNKNOWN = "unknown"  # the address did not answer at all
    UNCHECKED = "unchecked"  # it answers, but there is no key to examine it with


@dataclass(frozen=True)
class _Seen:
    """One answer of /health."""

    answered: bool = False
    healthy: bool = False
    version: str = ""
    text: str = ""


def check(url: str, key: str | None, version: str | None, *, wants_keys: bool, say: Callable[[str], None]) -> Outcome:
    """Examine the version that was deployed at `url`."""
    with Endpoint(url, key) as endpoint:
        say(f"check: waiting until {url} answers with version {version} ...")
        outcome = wait_for(endpoint, version, say)
        if outcome is not Outcome.GOOD:
            return outcome
        if wants_keys and not key:
            say(f"check: the version answers. Set EMBEDDER_KEY to examine it: make doctor URL={url} KEY=...")
            return Outcome.UNCHECKED
        results = list(examine(endpoint, Options()))
    Console().print(report.table(url, results))
    return Outcome.GOOD if all_well(results) else Outcome.FAILED


def wait_for(endpoint: Endpoint, version: str | None, say: Callable[[str], None]) -> Outcome:
    """Wait until the endpoint answers with this version several times in a row."""
    began = told = time.monotonic()
    in_a_row, seen = 0, _Seen()
    while (now := time.monotonic()) - began < _APPEARS_WITHIN_S:
        seen = _look(endpoint)
        in_a_row = in_a_row + 1 if seen.healthy and seen.version == (version or seen.version) else 0
        if in_a_row == _TIMES:
            return Outcome.GOOD
        if now - told >= _TELL_EVERY_S:
            told = now
            say(f"check: still waiting after {now - began:.0f} s: {seen.text}")
        time.sleep(0 if in_a_row else _LOOK_EVERY_S)
    say(f"check: version {version} did not answer within {_APPEARS_WITHIN_S} s: {seen.text}")
    return Outcome.FAILED if seen.answered else Outcome.UNKNOWN


def _look(endpoint: Endpoint) -> _Seen:
    try:
        answer = endpoint.send("GET", "/health")
    except EndpointError as error:
        return _Seen(text=str(error))
    version = answer.headers.get(VERSION_HEADER, "")
    text = (
        f"/health answers HTTP {answer.status}, from {f'version {version}' if version else 'a version without an id'}."
    )
    return _Seen(True, answer.status == 200, version, text)
