"""From the clocks of many requests to the time of each step. No I/O."""

import math
from collections.abc import Sequence
from statistics import fmean

import msgspec

CALM = 0.5  # share of the requests: those that waited least for a processor
FASTER, SLOWEST = 0.5, 0.03  # shares of these: the typical ones, and the tail
MOST_UNEXPLAINED = 0.10
_HALF_TICK_MS = 0.5  # the clock of the Worker shows the last full millisecond

# The steps, and what the clocks call them. All steps of JavaScript except the event loop are inside "calls".
PYTHON = {
    "lifetime, headers": "head",
    "body to Python": "to Python",
    "decode": "decode",
    "tokens": "tokens",
    "JSON of the inputs, Python": "inputs",
    "Python between the steps: route, key, result, headers": "Python",
    "log line": "log",
    "response": "response",
}
JAVASCRIPT = {
    "body read": "body",
    "limits of the body": "limits",
    "reservation of memory": "memory",
    "JSON of the inputs, JavaScript": "json",
    "upstream: binding and emulator": "upstream",
    "answer to bytes": "bytes",
    "check of the answer": "check",
}
ARRIVAL = "arrival: socket, HTTP, start of Python"
LOOP = "event loop: two awaits"
DEPARTURE = "departure: event loop, HTTP, first bytes"
BODY = "rest of the answer through the socket"
ORDER = (
    ARRIVAL,
    "lifetime, headers",
    "body read",
    "limits of the body",
    "reservation of memory",
    "body to Python",
    "decode",
    "tokens",
    "JSON of the inputs, Python",
    "JSON of the inputs, JavaScript",
    "upstream: binding and emulator",
    "answer to bytes",
    "check of the answer",
    LOOP,
    "Python between the steps: route, key, result, headers",
    "log line",
    "response",
    DEPARTURE,
    BODY,
)


class Clocked(msgspec.Struct):
    """One request: when it was sent (seconds), how long it took, also until the first bytes of the answer, how much of
    that client and Worker waited for a processor, and what the clocks of the Worker say.
    """

    sent_s: float
    took_ms: float
    first_ms: float
    waited_ms: float
    python: dict[str, float]  # seconds, and the time when it "began"
    javascript: dict[str, float]  # milliseconds


class Breakdown(msgspec.Struct):
    """The mean time of a request, and of each of its steps, in milliseconds."""

    total: float
    steps: dict[str, float]

    @property
    def unexplained(self) -> float:
        """The share of the time that belongs to no step."""
        return abs(self.total - math.fsum(self.steps.values())) / self.total


def typical(requests: Sequence[Clocked]) -> Breakdown:
    """Return the steps of the faster half of the requests, of those that waited least for a processor."""
    calm = sorted(requests, key=lambda request: request.waited_ms)[: _part(requests, CALM)]
    return _mean(sorted(calm, key=lambda request: request.took_ms)[: _part(calm, FASTER)])


def slowest(requests: Sequence[Clocked]) -> Breakdown:
    """Return the steps of the slowest requests, of those that waited least for a processor."""
    calm = sorted(requests, key=lambda request: request.waited_ms)[: _part(requests, CALM)]
    return _mean(sorted(calm, key=lambda request: request.took_ms)[-_part(calm, SLOWEST) :])


def _part(requests: Sequence[Clocked], share: float) -> int:
    return max(1, int(len(requests) * share))


def _mean(requests: Sequence[Clocked]) -> Breakdown:
    each = [_steps(request) for request in requests]
    steps = {name: fmean(found[name] for found in each) for name in ORDER}
    return Breakdown(fmean(request.took_ms for request in requests), steps)


def _steps(request: Clocked) -> dict[str, float]:
    """Return the milliseconds of each step. Of one request, they are accurate to a millisecond or two."""
    python, javascript = request.python, request.javascript
    arrival = (python["began"] - request.sent_s) * 1000 + _HALF_TICK_MS
    inside = 1000 * math.fsum(value for name, value in python.items() if name not in ("began", ""))
    steps = {step: 1000 * python.get(name, 0.0) for step, name in PYTHON.items()}
    steps |= {step: javascript.get(name, 0.0) for step, name in JAVASCRIPT.items()}
    waited = math.fsum(javascript.get(name, 0.0) for name in (*JAVASCRIPT.values(), "ask"))
    loop = 1000 * python.get("calls", 0.0) - waited
    ends = {DEPARTURE: request.first_ms - arrival - inside, BODY: request.took_ms - request.first_ms}
    return steps | {ARRIVAL: arrival, LOOP: loop} | ends
