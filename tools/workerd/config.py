"""The services of a workerd configuration, and the configuration as workerd reads it."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from embedder_cli import runtime
from tools.workerd import bindings
from tools.workerd.bindings import Binding
from tools.workerd.modules import Module
from tools.workerd.notation import many, named, quote


class Service(Protocol):
    def render(self) -> str: ...


class Worker(msgspec.Struct, frozen=True):
    """A Worker. Without `flags` a Python one gets those of `[env.local]`: the interpreter of runtime.prepare()."""

    name: str
    modules: Sequence[Module]
    bindings: Mapping[str, Binding] = {}
    flags: Sequence[str] | None = None
    durable_objects: Sequence[str] = ()  # classes of this Worker, each with SQLite
    storage: str | None = None  # name of the Disk that keeps the Durable Objects; None: memory
    outbound: str | None = None  # name of the service behind `fetch`; None: the public internet

    @property
    def python(self) -> bool:
        return any(module.kind == "pythonModule" for module in self.modules)

    @property
    def compatibility_flags(self) -> list[str]:
        if self.flags is not None:
            return list(self.flags)
        return local_flags() if self.python else []

    def render(self) -> str:
        parts = [
            f"modules = {many(module.render() for module in self.modules)}",
            f"compatibilityDate = {quote(compatibility_date())}",
            f"compatibilityFlags = {many(map(quote, self.compatibility_flags))}",
            f"bindings = {bindings.render(self.bindings)}",
            *([f"globalOutbound = {quote(self.outbound)}"] if self.outbound else []),
            *(self._objects() if self.durable_objects else []),
        ]
        return named(self.name, f"worker = ({', '.join(parts)})")

    def _objects(self) -> list[str]:
        rows = [
            f"(className = {quote(name)}, uniqueKey = {quote(f'{self.name}-{name}')}, enableSql = true)"
            for name in self.durable_objects
        ]
        storage = f"localDisk = {quote(self.storage)}" if self.storage else "inMemory = void"
        return [f"durableObjectNamespaces = {many(rows)}", f"durableObjectStorage = ({storage})"]


class External(msgspec.Struct, frozen=True):
    """A plain HTTP server outside workerd: `address` is "127.0.0.1:port"."""

    name: str
    address: str

    def render(self) -> str:
        return named(self.name, f"external = (address = {quote(self.address)}, http = ())")


class Network(msgspec.Struct, frozen=True):
    """Where `fetch` of a Worker may go: "local" is this machine, "private" its networks, "public" the rest."""

    name: str
    allow: Sequence[str] = ("local",)

    def render(self) -> str:
        return named(self.name, f"network = (allow = {many(map(quote, self.allow))})")


class Disk(msgspec.Struct, frozen=True):
    """A folder that a Worker's Durable Objects are kept in."""

    name: str
    path: Path

    def render(self) -> str:
        return named(self.name, f"disk = (path = {quote(str(self.path.resolve()))}, writable = true)")


class Config(msgspec.Struct, frozen=True):
    """Services, and the ports on 127.0.0.1 at which some of them listen; port 0: any free one."""

    services: Sequence[Service]
    ports: Mapping[str, int] = {}
    v8_flags: Sequence[str] = ()

    def render(self) -> str:
        sockets = [
            named(name, f'address = "127.0.0.1:{port}", http = (), service = {quote(name)}')
            for name, port in self.ports.items()
        ]
        parts = [
            f"services = {many(service.render() for service in self.services)}",
            f"sockets = {many(sockets)}",
            f"v8Flags = {many(map(quote, self.v8_flags))}",
        ]
        return (
            f'using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = ({", ".join(parts)});\n'
        )


def compatibility_date() -> str:
    return str(_wrangler()["compatibility_date"])


def local_flags() -> list[str]:
    """Return the flags of `[env.local]`."""
    return list(_wrangler()["env"]["local"]["compatibility_flags"])


def _wrangler() -> dict[str, Any]:
    return tomllib.loads((runtime.ROOT / "wrangler.toml").read_text())
