"""The Workers that are compared. Each has its own workerd configuration, with the same upstream emulator."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.subjects.names import HELLO, NAIVE, OURS, STREAM, TYPESCRIPT, TYPESCRIPT_HELLO
from tools.runtime import ROOT
from tools.workerd import (
    Config,
    Module,
    Worker,
    ai,
    js_worker,
    python_worker,
    queue,
    service,
    text,
    vectorize,
    vendored_modules,
)

WORKERS = Path(__file__).parents[1] / "workers"
WORKER = "worker"
CALLER = "caller"
UPSTREAM = "upstream"
# The modules that every Python Worker needs; only this Worker needs the rest of python_modules/.
_SDK = ("workers", "_workers_sdk", "_cloudflare", "asgi", "pyvenv")


def our_modules() -> list[Module]:
    return python_worker(ROOT / "src")


def measured_modules() -> list[Module]:
    """Return this Worker with the additional route `/__memory`."""
    name = "measured_entry.py"
    return [Module(name, "pythonModule", WORKERS / "measured" / name), *our_modules()]


def hello_modules() -> list[Module]:
    sdk = [m for m in vendored_modules() if m.name.removeprefix("python_modules/").startswith(_SDK)]
    return [*python_worker(WORKERS / "hello", vendored=False), *sdk]


def config(
    modules: Sequence[Module], rows: Path, flags: Sequence[str] | None = None, *, direct: bool = False
) -> Config:
    """Return the configuration of one contender: real binding classes, the upstream emulator and a calling Worker.

    With `direct`, the calling Worker calls Workers AI itself instead of the contender.
    """
    queues = {"INGEST": queue(UPSTREAM), "INGEST_FAILED": queue(UPSTREAM)}
    bindings = {"AI": ai(UPSTREAM), "VECTORIZE": vectorize(UPSTREAM), **queues, "AUTH": text("off")}
    calls = {"EMBEDDINGS": service(WORKER), "AI": ai(UPSTREAM), **({"DIRECT": text("yes")} if direct else {})}
    workers = [
        Worker(WORKER, modules, bindings, flags),
        Worker(CALLER, js_worker(WORKERS / "caller.js"), calls, ["service_binding_extra_handlers"]),
        Worker(UPSTREAM, [*js_worker(WORKERS / "upstream.js"), Module("rows.json", "data", rows)]),
    ]
    return Config(workers, {WORKER: 0, CALLER: 0})


def measured_config(rows: Path) -> Config:
    """Return this Worker with readable memory and a callable V8 garbage collector, which frees proxies."""
    return msgspec.structs.replace(config(measured_modules(), rows), v8_flags=["--expose-gc"])


def contenders(rows: Path) -> Mapping[str, Config]:
    """Return all contenders by name. `rows` is the file with the emulator's answers."""
    typescript = js_worker(WORKERS / "typescript.js")
    return {
        OURS: config(our_modules(), rows),
        TYPESCRIPT: config(typescript, rows, ["nodejs_compat"], direct=True),
        STREAM: config(js_worker(WORKERS / "stream.js"), rows),
        NAIVE: config(python_worker(WORKERS / "naive"), rows),
        HELLO: config(hello_modules(), rows),
        TYPESCRIPT_HELLO: config(js_worker(WORKERS / "hello.js"), rows),
    }
