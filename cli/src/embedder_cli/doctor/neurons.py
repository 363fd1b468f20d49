"""The neurons that the calls of the model cost, and the price of a million tokens."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from embedder_cli.doctor.analytics import Analytics, AnalyticsError, Usage
from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.results import Result, Status

WAIT_S = 300.0  # analytics arrive minutes late
POLL_S = 10.0
DOLLARS_PER_NEURON = 0.011 / 1000  # Workers AI, Pricing
_MILLION = 1_000_000
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Meter:
    """Where the neurons are read, and how progress is printed."""

    analytics: Analytics
    say: Callable[[str], None]


@dataclass(frozen=True)
class _Interval:
    """Whole minutes, because the clocks of this machine and of Cloudflare may differ by seconds."""

    since: datetime
    until: datetime

    @classmethod
    def from_(cls, began: datetime) -> "_Interval":
        return cls(_minute(began), _minute(datetime.now(UTC)) + _MINUTE)

    def __str__(self) -> str:
        return f"from {self.since:%H:%M} to {self.until:%H:%M} UTC"


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def skipped() -> Result:
    return Result("neurons", Status.SKIP, "Calls of a local service cost no neurons.")


def read(endpoint: Endpoint, meter: Meter) -> Result:
    """Read the cost of all calls that `endpoint` has made. It is a note, unless the analytics can't be read."""
    if not endpoint.model_calls:
        return Result("neurons", Status.SKIP, "No call of the model succeeded.")
    interval = _Interval.from_(endpoint.began)
    try:
        found = _settled(meter, interval, endpoint.model_calls)
    except AnalyticsError as error:
        return Result("neurons", Status.FAIL, str(error))
    figures = {
        "since": interval.since.isoformat(),
        "until": interval.until.isoformat(),
        "calls": found.calls,
        "own_calls": endpoint.model_calls,
        "neurons": found.neurons,
        "tokens": found.tokens,
        "own_tokens_estimated": endpoint.tokens,
    }
    return Result("neurons", Status.NOTE, *_report(found, endpoint, interval, figures))


def _settled(meter: Meter, interval: _Interval, own: int) -> Usage:
    """Poll until all calls have arrived and the figures stay the same, or the time is up."""
    began = time.monotonic()
    found, before = Usage(), None
    while (waited := time.monotonic() - began) < WAIT_S:
        try:
            found = meter.analytics.usage(interval.since, interval.until)
        except EndpointError as error:
            meter.say(f"neurons: {error}")
        if found == before and found.calls >= own:
            break
        before = found
        meter.say(f"neurons: {found.calls} of {own} calls are in Cloudflare's analytics after {waited:.0f} s ...")
        time.sleep(POLL_S)
    return found


def _report(
    found: Usage, endpoint: Endpoint, interval: _Interval, figures: dict[str, object]
) -> tuple[str, dict[str, object]]:
    """Return the sentence and the figures. A price needs tokens that belong to the neurons."""
    own = endpoint.model_calls
    if not found.calls:
        return f"None of the {own} calls arrived in Cloudflare's analytics within {WAIT_S:.0f} s.", figures
    took = f"{_digits(found.neurons)} neurons"
    if found.calls < own:
        return f"Only {found.calls} of {own} calls arrived within {WAIT_S:.0f} s: {took}.", figures
    if found.calls == own:
        price, priced = _price(found.neurons, endpoint.tokens)
        return f"{own} calls took {took}{price and f', {price} million estimated tokens'}.", figures | priced
    price, priced = _price(found.neurons, found.tokens)
    sentence = (
        f"The account made {found.calls} calls of the model {interval}, and the doctor made {own} of them. The figure "
        f"is for all of them: {took}{price and f', {price} million tokens that Cloudflare counted'}."
    )
    return sentence, figures | priced


def _price(neurons: float, tokens: int) -> tuple[str, dict[str, object]]:
    if not tokens:
        return "", {}
    neurons_per_million = neurons * _MILLION / tokens
    dollars = neurons_per_million * DOLLARS_PER_NEURON
    figures: dict[str, object] = {"neurons_per_million": neurons_per_million, "dollars_per_million": dollars}
    return f"{_digits(neurons_per_million)} neurons or ${dollars:.4f} per", figures


def _digits(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.4g}"
