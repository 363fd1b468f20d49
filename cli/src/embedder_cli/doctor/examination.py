"""All checks, in order. If one of the first two fails, the others are not run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from embedder_cli.doctor import contract, latency, neurons, source
from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.model import altered, batches, differences, long_texts, published, recorded, truncation
from embedder_cli.doctor.results import Result, Status
from embedder_cli.printable import plain

Check = Callable[[Endpoint], Result]

FIRST: tuple[tuple[str, Check], ...] = (
    ("reachable", contract.reachable),
    ("authentication", contract.authentication),
)
MODEL: tuple[tuple[str, Check], ...] = (
    ("figures without prompts", published.without_prompts),
    ("figures with prompts", published.with_prompts),
    ("prompts", published.own_prompts),
    ("recorded vectors", recorded.matches),
    ("small differences", differences.seen),
    ("batches", batches.alone_and_in_batches),
    ("calls at once", batches.at_once),
    (altered.NAME, altered.seen),
    (long_texts.NAME, long_texts.check),
)
CONTRACT: tuple[tuple[str, Check], ...] = (
    ("normalised", contract.normalised),
    ("base64", contract.base64_equals_float),
    ("routes", contract.openai_equals_native),
    ("errors", contract.errors),
    ("index", contract.index),
)
LAST: tuple[tuple[str, Check], ...] = (("repeated texts", recorded.again),)  # only the model can pass it


@dataclass(frozen=True)
class Options:
    """The optional checks."""

    latency: bool = True
    find_limit: bool = False
    meter: neurons.Meter | None = None


def examine(endpoint: Endpoint, options: Options) -> Iterator[Result]:
    """Yield one result per check."""
    for name, check in FIRST:
        result = _run(name, check, endpoint)
        yield result
        if result.status is Status.FAIL:
            return
    origin = _run("vectors", source.find, endpoint)
    yield origin
    if origin.status is not Status.FAIL:
        yield from _model(endpoint, origin, MODEL)
    for name, check in (*CONTRACT, *_optional(options)):
        yield _run(name, check, endpoint)
    if origin.status is not Status.FAIL:
        yield from _model(endpoint, origin, LAST)
    if options.meter:
        yield neurons.skipped() if origin.figures.get("source") else neurons.read(endpoint, options.meter)


def _optional(options: Options) -> list[tuple[str, Check]]:
    wanted: list[tuple[str, Check]] = [("latency", latency.by_batch_size)] if options.latency else []
    return wanted + ([("truncation", truncation.find)] if options.find_limit else [])


def _model(endpoint: Endpoint, origin: Result, checks: Sequence[tuple[str, Check]]) -> Iterator[Result]:
    """Run checks that only the model can pass."""
    for name, check in checks:
        yield source.skipped(name) if origin.status is Status.NOTE else _run(name, check, endpoint)


def _run(name: str, check: Check, endpoint: Endpoint) -> Result:
    """Run one check. An answer of the wrong type fails it."""
    try:
        return check(endpoint)
    except EndpointError as error:
        return Result(name, Status.FAIL, str(error))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        reason = plain(f"{type(error).__name__}: {error}", 200)
        return Result(name, Status.FAIL, f"The answer does not have the documented form ({reason}).")
