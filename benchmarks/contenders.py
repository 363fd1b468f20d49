"""The Workers that are compared, each as a workerd configuration of its own with the same stand-in upstream."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from benchmarks.names import HELLO, NAIVE, OURS, STREAM, TYPESCRIPT, TYPESCRIPT_HELLO
from embedder_cli.runtime import ROOT
from tools.workerd import (
    Config,
    Module,
    Worker,
    ai,
    js_worker,
    python_worker,
    service,
    text,
    vectorize,
    vendored_modules,
)

WORKERS = Path(__file__).parent / "workers"
WORKER = "worker"
CALLER = "caller"
UPSTREAM = "upstream"
# What a Python Worker can't do without; the rest of python_modules/ is this Worker's own.
_SDK = ("workers", "_workers_sdk", "_cloudflare", "asgi", "pyvenv")


def our_modules() -> list[Module]:
    return python_worker(ROOT / "src")


def measured_modules() -> list[Module]:
    """This Worker with the route `/__memory` before it."""
    name = "measured_entry.py"
    return [Module(name, "pythonModule", WORKERS / "measured" / name), *our_modules()]


def hello_modules() -> list[Module]:
    sdk = [m for m in vendored_modules() if m.name.removeprefix("python_modules/").startswith(_SDK)]
    return [*python_worker(WORKERS / "hello", vendored=False), *sdk]


def config(
    modules: Sequence[Module], rows: Path, flags: Sequence[str] | None = None, *, direct: bool = False
) -> Config:
    """Return a process of one contender: the real binding classes in front of the stand-in, and a caller.

    `direct`: the caller asks Workers AI itself instead of the contender.
    """
    bindings = {"AI": ai(UPSTREAM), "VECTORIZE": vectorize(UPSTREAM), "AUTH": text("off")}
    calls = {"EMBEDDINGS": service(WORKER), "AI": ai(UPSTREAM), **({"DIRECT": text("yes")} if direct else {})}
    workers = [
        Worker(WORKER, modules, bindings, flags),
        Worker(CALLER, js_worker(WORKERS / "caller.js"), calls),
        Worker(UPSTREAM, [*js_worker(WORKERS / "upstream.js"), Module("rows.json", "data", rows)]),
    ]
    return Config(workers, {WORKER: 0, CALLER: 0})


def measured_config(rows: Path) -> Config:
    """This Worker with its memory readable, and with V8's collector callable: proxies are freed when it has run."""
    return msgspec.structs.replace(config(measured_modules(), rows), v8_flags=["--expose-gc"])


def contenders(rows: Path) -> Mapping[str, Config]:
    """Return every contender by its name; `rows` is the file of the stand-in's answers."""
    typescript = js_worker(WORKERS / "typescript.js")
    return {
        OURS: config(our_modules(), rows),
        TYPESCRIPT: config(typescript, rows, ["nodejs_compat"], direct=True),
        STREAM: config(js_worker(WORKERS / "stream.js"), rows),
        NAIVE: config(python_worker(WORKERS / "naive"), rows),
        HELLO: config(hello_modules(), rows),
        TYPESCRIPT_HELLO: config(js_worker(WORKERS / "hello.js"), rows),
    }
