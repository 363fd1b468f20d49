"""The latency of requests with 1, 10 and 100 texts."""

from collections.abc import Iterator
from statistics import median

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.results import Result, Status

# texts per request -> requests
SAMPLES = {1: 5, 10: 5, 100: 3}
TEXTS = sum(size * count for size, count in SAMPLES.items())
CALLS = sum(SAMPLES.values())


def by_batch_size(endpoint: Endpoint) -> Result:
    """Return the median by batch size. No text is sent twice, in no other run either, so that nothing is cached."""
    numbers = iter(range(TEXTS))
    found = {size: median(_times(endpoint, size, count, numbers)) for size, count in SAMPLES.items()}
    sentence = ", ".join(f"{size}: {ms:.0f} ms" for size, ms in found.items())
    detail = f"p50 by texts per request, {CALLS} requests in total: {sentence}."
    return Result("latency", Status.NOTE, detail, {"p50_ms": {str(size): round(ms, 1) for size, ms in found.items()}})


def _times(endpoint: Endpoint, size: int, count: int, numbers: Iterator[int]) -> list[float]:
    times = []
    for _ in range(count):
        texts = [f"Sentence number {next(numbers)}. {endpoint.fresh}" for _ in range(size)]
        times.append(endpoint.ask("POST", "/embed", {"text": texts}).ms)
    return times
