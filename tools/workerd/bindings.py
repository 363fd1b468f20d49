"""What stands behind the names in a Worker's `env`."""

import json
from collections.abc import Mapping
from typing import NewType

from tools.workerd.notation import many, named, quote

Binding = NewType("Binding", str)
"""What stands behind a name in `env`, as a fragment of the configuration."""


def text(value: str) -> Binding:
    return Binding(f"text = {quote(value)}")


def json_value(value: object) -> Binding:
    return Binding(f"json = {quote(json.dumps(value))}")


def service(name: str, entrypoint: str | None = None) -> Binding:
    """Another service of the configuration; `entrypoint` names a class other than the default one."""
    target = f"(name = {quote(name)}, entrypoint = {quote(entrypoint)})" if entrypoint else quote(name)
    return Binding(f"service = {target}")


def namespace(class_name: str) -> Binding:
    """The Durable Objects of a class of the same Worker, see `Worker.durable_objects`."""
    return Binding(f"durableObjectNamespace = {quote(class_name)}")


def ai(upstream: str, entrypoint: str | None = None) -> Binding:
    """The real class of the AI binding; `upstream` gets its HTTP calls."""
    return _wrapped("ai-api", {"fetcher": service(upstream, entrypoint)})


def vectorize(upstream: str, index: str = "embedder", entrypoint: str | None = None) -> Binding:
    """The real class of the Vectorize binding; `upstream` gets its HTTP calls."""
    inner = {
        "fetcher": service(upstream, entrypoint),
        "indexId": text(index),
        "indexVersion": text("v2"),
        "useNdJson": json_value(value=True),
    }
    return _wrapped("vectorize-api", inner)


def _wrapped(module: str, inner: Mapping[str, Binding]) -> Binding:
    return Binding(f'wrapped = (moduleName = "cloudflare-internal:{module}", innerBindings = {render(inner)})')


def render(bindings: Mapping[str, Binding]) -> str:
    return many(named(name, value) for name, value in bindings.items())
