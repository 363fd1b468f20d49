"""The checks in their order. The first two decide whether the others can tell anything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from embedder_cli.doctor import contract, cut, latency, model
from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.results import Result, Status

Check = Callable[[Endpoint], Result]

_FIRST: tuple[tuple[str, Check], ...] = (
    ("reachable", contract.reachable),
    ("authentication", contract.authentication),
)
_MODEL: tuple[tuple[str, Check], ...] = (
    ("figures without prompts", model.without_prompts),
    ("figures with prompts", model.with_prompts),
    ("prompts", model.own_prompts),
)
_CONTRACT: tuple[tuple[str, Check], ...] = (
    ("normalised", contract.normalised),
    ("base64", contract.base64_equals_float),
    ("dialects", contract.openai_equals_native),
    ("errors", contract.errors),
    ("index", contract.index),
)


@dataclass(frozen=True)
class Options:
    latency: bool = True
    find_cut: bool = False


def examine(endpoint: Endpoint, options: Options) -> Iterator[Result]:
    """Yield one result a check, as they come."""
    for name, check in _FIRST:
        result = _run(name, check, endpoint)
        yield result
        if result.status is Status.FAIL:
            return
    yield from _vectors(endpoint)
    for name, check in (*_CONTRACT, *_optional(options)):
        yield _run(name, check, endpoint)


def _optional(options: Options) -> list[tuple[str, Check]]:
    wanted: list[tuple[str, Check]] = [("latency", latency.by_batch_size)] if options.latency else []
    return wanted + ([("cut", cut.find)] if options.find_cut else [])


def _vectors(endpoint: Endpoint) -> Iterator[Result]:
    """Whose vectors these are, and what only the model's can be held to."""
    origin = _run("vectors", _origin, endpoint)
    yield origin
    if origin.status is Status.FAIL:
        return
    for name, check in _MODEL:
        yield model.skipped(name) if origin.status is Status.NOTE else _run(name, check, endpoint)


def _origin(endpoint: Endpoint) -> Result:
    if model.is_stand_in(endpoint):
        return Result("vectors", Status.NOTE, model.STAND_IN, {"stand_in": True})
    return Result("vectors", Status.OK, "They are not the lexical stand-in's.", {"stand_in": False})


def _run(name: str, check: Check, endpoint: Endpoint) -> Result:
    """Run one check; an answer of another form than the contract's is a failure, not a fault of the doctor."""
    try:
        return check(endpoint)
    except EndpointError as error:
        return Result(name, Status.FAIL, str(error))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        return Result(
            name, Status.FAIL, f"The answer has not the form of the contract ({type(error).__name__}: {error})."
        )
