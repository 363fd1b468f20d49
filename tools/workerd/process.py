"""A raw workerd configuration, and workerd running it: the real runtime without wrangler.

For contracts and measurements: the real classes behind `AI` and `VECTORIZE` can be put in front of any stand-in,
and there is nothing between the client and workerd.

    upstream = Worker("upstream", js_worker("export default { fetch() { return Response.json(1); } };"))
    worker = Worker("embedder", python_worker(ROOT / "src"), {"AI": ai("upstream"), "AUTH": text("off")})
    with serve(Config([worker, upstream], {"embedder": 0}), tmp_path) as process:
        requests.get(process.url("embedder"))
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import threading
import time
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NewType, Protocol

import msgspec

from tools import runtime

START_LIMIT_S = 120
STOP_GRACE_S = 5
KEPT_LINES = 20_000
SNAPSHOT = "snapshot.bin"

Binding = NewType("Binding", str)
"""What stands behind a name in `env`, as a fragment of the configuration."""


def text(value: str) -> Binding:
    return Binding(f"text = {_quote(value)}")


def json_value(value: object) -> Binding:
    return Binding(f"json = {_quote(json.dumps(value))}")


def service(name: str, entrypoint: str | None = None) -> Binding:
    """Another service of the configuration; `entrypoint` names a class other than the default one."""
    return Binding(f"service = {_designator(name, entrypoint)}")


def namespace(class_name: str) -> Binding:
    """The Durable Objects of a class of the same Worker, see `Worker.durable_objects`."""
    return Binding(f"durableObjectNamespace = {_quote(class_name)}")


def ai(upstream: str, entrypoint: str | None = None) -> Binding:
    """The real class of the AI binding; `upstream` gets its HTTP calls."""
    return _wrapped("ai-api", [("fetcher", service(upstream, entrypoint))])


def vectorize(upstream: str, index: str = "embedder", entrypoint: str | None = None) -> Binding:
    """The real class of the Vectorize binding; `upstream` gets its HTTP calls."""
    inner = [("fetcher", service(upstream, entrypoint)), ("indexId", text(index)), ("indexVersion", text("v2"))]
    return _wrapped("vectorize-api", [*inner, ("useNdJson", json_value(value=True))])


def _wrapped(module: str, inner: Sequence[tuple[str, Binding]]) -> Binding:
    return Binding(f'wrapped = (moduleName = "cloudflare-internal:{module}", innerBindings = {_bindings(dict(inner))})')


class Module(msgspec.Struct, frozen=True):
    """One module of a Worker: `content` is its text, or the file that holds it."""

    name: str
    kind: str  # esModule, pythonModule, data, text or json
    content: str | Path

    def render(self) -> str:
        content = self.content
        value = f"embed {_quote(str(content.resolve()))}" if isinstance(content, Path) else _quote(content)
        return f"(name = {_quote(self.name)}, {self.kind} = {value})"


def js_worker(source: str | Path) -> list[Module]:
    """A Worker of one ES module, given as text or as a file."""
    return [Module("worker.js", "esModule", source)]


def python_worker(folder: Path, entry: str = "entry.py", *, vendored: bool = True) -> list[Module]:
    """A Python Worker: every file under `folder`, and what is vendored in python_modules/."""
    names = sorted(str(path.relative_to(folder)) for path in _files(folder) if path.suffix == ".py")
    names.sort(key=lambda name: name != entry)
    modules = [Module(name, "pythonModule", folder / name) for name in names]
    return [*modules, *(vendored_modules() if vendored else ())]


def vendored_modules() -> list[Module]:
    """The files of python_modules/; its JavaScript is importable, everything else is data."""
    runtime.prepare()
    return [
        Module(
            f"python_modules/{path.relative_to(runtime.VENDORED)}",
            "esModule" if path.suffix == ".js" else "data",
            path,
        )
        for path in sorted(_files(runtime.VENDORED))
        if path.suffix != ".pyi" and path.stat().st_size
    ]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


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

    def render(self) -> str:
        python = any(module.kind == "pythonModule" for module in self.modules)
        flags = self.flags if self.flags is not None else (local_flags() if python else [])
        parts = [
            f"modules = {_list(module.render() for module in self.modules)}",
            f"compatibilityDate = {_quote(compatibility_date())}",
            f"compatibilityFlags = {_list(map(_quote, flags))}",
            f"bindings = {_bindings(self.bindings)}",
            *([f"globalOutbound = {_quote(self.outbound)}"] if self.outbound else []),
            *(self._objects() if self.durable_objects else []),
        ]
        return f"(name = {_quote(self.name)}, worker = ({', '.join(parts)}))"

    def _objects(self) -> list[str]:
        rows = [
            f"(className = {_quote(name)}, uniqueKey = {_quote(f'{self.name}-{name}')}, enableSql = true)"
            for name in self.durable_objects
        ]
        storage = f"localDisk = {_quote(self.storage)}" if self.storage else "inMemory = void"
        return [f"durableObjectNamespaces = {_list(rows)}", f"durableObjectStorage = ({storage})"]


class External(msgspec.Struct, frozen=True):
    """A plain HTTP server outside workerd: `address` is "127.0.0.1:port"."""

    name: str
    address: str

    def render(self) -> str:
        return f"(name = {_quote(self.name)}, external = (address = {_quote(self.address)}, http = ()))"


class Network(msgspec.Struct, frozen=True):
    """Where `fetch` of a Worker may go: "local" is this machine, "private" its networks, "public" the rest."""

    name: str
    allow: Sequence[str] = ("local",)

    def render(self) -> str:
        return f"(name = {_quote(self.name)}, network = (allow = {_list(map(_quote, self.allow))}))"


class Disk(msgspec.Struct, frozen=True):
    """A folder that a Worker's Durable Objects are kept in."""

    name: str
    path: Path

    def render(self) -> str:
        path = _quote(str(self.path.resolve()))
        return f"(name = {_quote(self.name)}, disk = (path = {path}, writable = true))"


class Config(msgspec.Struct, frozen=True):
    """Services, and the ports on 127.0.0.1 at which some of them listen; port 0: any free one."""

    services: Sequence[Service]
    ports: Mapping[str, int] = {}
    v8_flags: Sequence[str] = ()

    def render(self) -> str:
        sockets = [
            f'(name = {_quote(name)}, address = "127.0.0.1:{port}", http = (), service = {_quote(name)})'
            for name, port in self.ports.items()
        ]
        parts = [
            f"services = {_list(service.render() for service in self.services)}",
            f"sockets = {_list(sockets)}",
            f"v8Flags = {_list(map(_quote, self.v8_flags))}",
        ]
        return (
            f'using Workerd = import "/workerd/workerd.capnp";\nconst config :Workerd.Config = ({", ".join(parts)});\n'
        )


class WorkerdError(Exception):
    """workerd did not start, with what it said."""


class Process:
    """A running workerd: when it began (time.perf_counter), its ports by service, the last lines it printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.began = time.perf_counter()
        self.process = process
        self.pid = process.pid
        self.ports: dict[str, int] = {}
        self.stdout: deque[str] = deque(maxlen=KEPT_LINES)
        self.stderr: deque[str] = deque(maxlen=KEPT_LINES)
        pairs = ((process.stdout, self.stdout), (process.stderr, self.stderr))
        self._readers = [threading.Thread(target=_keep_lines, args=pair, daemon=True) for pair in pairs]
        for reader in self._readers:
            reader.start()

    def url(self, name: str) -> str:
        """Return the address of the service `name`, without a slash at the end."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def stop(self) -> None:
        """End the whole process group: politely, then for certain."""
        for number in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_GRACE_S)
                break
        for reader in self._readers:
            reader.join(STOP_GRACE_S)

    def said(self) -> str:
        return "\n".join([*self.stdout, *self.stderr][-30:])


def _keep_lines(stream: IO[str], lines: "deque[str]") -> None:
    with stream:
        lines.extend(line.rstrip("\n") for line in stream)


@contextlib.contextmanager
def serve(config: Config, folder: Path, *, snapshot: Path | None = None) -> Iterator[Process]:
    """Run `config` in workerd; `folder` gets its file. Every port listens when the block begins.

    `snapshot`: start Python from what save_snapshot() returned for the same Worker.
    """
    loaded = (f"--python-load-snapshot={snapshot.name}", f"--python-snapshot-dir={snapshot.parent}") if snapshot else ()
    reader, writer = os.pipe()
    process = Process(_start(_command(config, folder, f"--control-fd={writer}", *loaded), keep=writer))
    os.close(writer)
    try:
        with open(reader, "rb", buffering=0) as control:  # noqa: PTH123 a descriptor, not a path
            _read_ports(control, config, process)
        yield process
    finally:
        process.stop()


def save_snapshot(config: Config, folder: Path) -> Path:
    """Return the snapshot of the one Python Worker of `config`, as Cloudflare takes it at deploy."""
    # with nothing that listens, workerd ends by itself when the snapshot is written
    silent = Config(config.services, v8_flags=config.v8_flags)
    command = _command(silent, folder, "--python-save-snapshot", f"--python-snapshot-dir={folder}")
    process = Process(_start(command))
    try:
        process.process.wait(START_LIMIT_S)
    finally:
        process.stop()
    if not (folder / SNAPSHOT).exists():
        raise WorkerdError(f"workerd wrote no snapshot:\n{process.said()}")
    return folder / SNAPSHOT


def _command(config: Config, folder: Path, *options: str) -> list[str]:
    runtime.prepare()
    file = folder / "config.capnp"
    file.write_text(config.render())
    bundle = f"--pyodide-bundle-disk-cache-dir={runtime.CACHE}"
    # absolute paths of embedded files are looked up below the import path
    return [str(runtime.workerd_binary()), "serve", str(file), "--experimental", "--import-path=/", bundle, *options]


def _start(command: Sequence[str], keep: int | None = None) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        pass_fds=() if keep is None else (keep,),
    )


def _read_ports(control: IO[bytes], config: Config, process: Process) -> None:
    """Wait until every socket listens; workerd says so on its control pipe."""
    deadline = time.monotonic() + START_LIMIT_S
    buffer = b""
    while len(process.ports) < len(config.ports):
        ready, _, _ = select.select([control], [], [], max(0.0, deadline - time.monotonic()))
        chunk = control.read(65_536) if ready else b""
        if not chunk:
            process.stop()
            raise WorkerdError(f"workerd did not start:\n{process.said()}")
        *lines, buffer = (buffer + chunk).split(b"\n")
        for event in map(json.loads, lines):
            process.ports[event["socket"]] = event["port"]


def compatibility_date() -> str:
    return str(_wrangler()["compatibility_date"])


def local_flags() -> list[str]:
    """Return the flags of `[env.local]`."""
    return list(_wrangler()["env"]["local"]["compatibility_flags"])


def _wrangler() -> dict[str, Any]:
    return tomllib.loads((runtime.ROOT / "wrangler.toml").read_text())


def _quote(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _bindings(bindings: Mapping[str, Binding]) -> str:
    return _list(f"(name = {_quote(name)}, {value})" for name, value in bindings.items())


def _designator(name: str, entrypoint: str | None) -> str:
    return f"(name = {_quote(name)}, entrypoint = {_quote(entrypoint)})" if entrypoint else _quote(name)
