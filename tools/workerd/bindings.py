"""Bindings of a Worker: what `env` contains. Each is a `Worker.Binding` of workerd.capnp, without its name."""

import json
from collections.abc import Mapping
from typing import Any

Binding = Mapping[str, Any]


def text(value: str) -> Binding:
    """Return a binding of text."""
    return {"text": value}


def json_value(value: object) -> Binding:
    """Return a binding of a value that the Worker gets parsed."""
    return {"json": json.dumps(value)}


def service(name: str, entrypoint: str | None = None) -> Binding:
    """Another service of the configuration; `entrypoint` names a class other than the default one."""
    return {"service": {"name": name, **({"entrypoint": entrypoint} if entrypoint else {})}}


def namespace(class_name: str) -> Binding:
    """The Durable Objects of a class of the same Worker, see `Worker.durable_objects`."""
    return {"durableObjectNamespace": {"className": class_name}}


def queue(upstream: str) -> Binding:
    """The real class of a queue to send to; `upstream` gets its HTTP calls."""
    return {"queue": {"name": upstream}}


def ai(upstream: str, entrypoint: str | None = None) -> Binding:
    """The real class of the AI binding; `upstream` gets its HTTP calls."""
    return _wrapped("ai-api", {"fetcher": service(upstream, entrypoint)})


def vectorize(upstream: str, index: str = "embedder", entrypoint: str | None = None, *, ndjson: bool = True) -> Binding:
    """The real class of the Vectorize binding; `upstream` gets its HTTP calls, writes as JSON lines or as JSON."""
    inner = {
        "fetcher": service(upstream, entrypoint),
        "indexId": text(index),
        "indexVersion": text("v2"),
        "useNdJson": json_value(ndjson),
    }
    return _wrapped("vectorize-api", inner)


def _wrapped(module: str, inner: Mapping[str, Binding]) -> Binding:
    return {"wrapped": {"moduleName": f"cloudflare-internal:{module}", "innerBindings": named(inner)}}


def named(bindings: Mapping[str, Binding]) -> list[dict[str, Any]]:
    """Return bindings with their names, as a configuration lists them."""
    return [{"name": name, **binding} for name, binding in bindings.items()]
