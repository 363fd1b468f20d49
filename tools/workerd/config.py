"""The services of a workerd configuration, and the configuration in workerd's binary format."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import capnp
import msgspec

from tools import runtime
from tools.runtime.configuration import compatibility_date, local_flags
from tools.workerd import bindings
from tools.workerd.bindings import Binding
from tools.workerd.modules import Module


class Service(Protocol):
    """A service in the configuration of workerd."""

    def message(self) -> dict[str, Any]:
        """Return the `Service` of workerd.capnp."""


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
    def compatibility_date(self) -> str:
        return compatibility_date()

    @property
    def compatibility_flags(self) -> list[str]:
        if self.flags is not None:
            return list(self.flags)
        return local_flags() if self.python else []

    def message(self) -> dict[str, Any]:
        worker: dict[str, Any] = {
            "modules": [module.message() for module in self.modules],
            "compatibilityDate": self.compatibility_date,
            "compatibilityFlags": self.compatibility_flags,
            "bindings": bindings.named(self.bindings),
        }
        if self.outbound:
            worker["globalOutbound"] = {"name": self.outbound}
        if self.durable_objects:
            worker["durableObjectNamespaces"] = [
                {"className": name, "uniqueKey": f"{self.name}-{name}", "enableSql": True}
                for name in self.durable_objects
            ]
            worker["durableObjectStorage"] = {"localDisk": self.storage} if self.storage else {"inMemory": None}
        return {"name": self.name, "worker": worker}


class External(msgspec.Struct, frozen=True):
    """A plain HTTP server outside workerd: `address` is "127.0.0.1:port"."""

    name: str
    address: str

    def message(self) -> dict[str, Any]:
        return {"name": self.name, "external": {"address": self.address, "http": {}}}


class Network(msgspec.Struct, frozen=True):
    """Where `fetch` of a Worker may go: "local" is this machine, "private" its networks, "public" the rest."""

    name: str
    allow: Sequence[str] = ("local",)

    def message(self) -> dict[str, Any]:
        return {"name": self.name, "network": {"allow": list(self.allow)}}


class Disk(msgspec.Struct, frozen=True):
    """A folder: for the Durable Objects of a Worker, or to read files from by `fetch`."""

    name: str
    path: Path
    writable: bool = True

    def message(self) -> dict[str, Any]:
        return {"name": self.name, "disk": {"path": str(self.path.resolve()), "writable": self.writable}}


class Config(msgspec.Struct, frozen=True):
    """Services, and the ports on 127.0.0.1 at which some of them listen; port 0: any free one.

    The name of a port is that of the service, or `SERVICE:ENTRYPOINT` for a class other than the default one.
    """

    services: Sequence[Service]
    ports: Mapping[str, int] = {}
    v8_flags: Sequence[str] = ()

    def binary(self) -> bytes:
        """Return the configuration for `workerd serve --binary`."""
        sockets = [
            {"name": name, "address": f"127.0.0.1:{port}", "http": {}, "service": _designated(name)}
            for name, port in self.ports.items()
        ]
        message = schema().Config.new_message(
            services=[service.message() for service in self.services], sockets=sockets, v8Flags=list(self.v8_flags)
        )
        return bytes(message.to_bytes())


def _designated(name: str) -> dict[str, str]:
    service, _, entrypoint = name.partition(":")
    return {"name": service, **({"entrypoint": entrypoint} if entrypoint else {})}


@cache
def schema() -> Any:  # noqa: ANN401
    """Return workerd's own schema of its configuration."""
    path = runtime.NODE_MODULES / "workerd" / "workerd.capnp"
    return capnp.load(str(path), imports=[str(Path(capnp.__file__).parents[1])])  # for its import of capnp/c++.capnp
