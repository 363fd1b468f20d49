"""The Worker and the emulators of local/ in workerd, without wrangler: what most tests of a running Worker use.

The Worker and the emulators are two processes, each from its own snapshot, so that both start within a second. The
Worker has the runtime's own binding classes, which call the emulators by HTTP.
"""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.worker import Worker
from tools import workerd
from tools.runtime import ROOT

NAME = "embedder"
AI, VECTORIZE = "local:WorkersAI", "local:Vectorize"
Variables = Mapping[str, str]
# A queue that accepts messages and never delivers them; tests/runtime/queue/test_queue.py tests the queue.
# The runtime's class of a queue waits until its request was read, and demands metrics in the answer.
QUEUE = """
const metrics = { backlogCount: 0, backlogBytes: 0, oldestMessageTimestamp: 0 };
export default {
  async fetch(request) {
    await request.arrayBuffer();
    return Response.json({ metadata: { metrics } });
  },
};
"""

FRONT = """
import headers from "headers.json";
const TYPES = { css: "text/css", html: "text/html", js: "text/javascript", svg: "image/svg+xml", txt: "text/plain" };
const PAGES = { "/": "/index.html", "/docs": "/docs.html" };

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const path = PAGES[pathname] ?? pathname;
    const file = request.method === "GET" && path.includes(".") ? await env.FILES.fetch(`http://files${path}`) : null;
    if (!file?.ok) return env.WORKER.fetch(request);
    const type = TYPES[path.split(".").pop()] ?? "application/json";
    return new Response(file.body, { headers: { ...headers["/*"], ...headers[pathname], "content-type": type } });
  },
};
"""


def emulators(variables: Variables, state: Path) -> workerd.Config:
    """Return the emulators of Workers AI and Vectorize, each with a port for the runtime's binding classes.

    The index is kept in the folder `state`: workerd has SQLite only for Durable Objects on a disk.
    """
    defaults = tomllib.loads((ROOT / "local" / "wrangler.toml").read_text(encoding="utf-8"))["env"]["local"]["vars"]
    bindings = {name: workerd.text(value) for name, value in {**defaults, **variables}.items()}
    bindings["INDEX"] = workerd.namespace("VectorizeIndex")
    modules = workerd.python_worker(ROOT / "local" / "src")
    local = workerd.Worker(
        "local", modules, bindings, durable_objects=["VectorizeIndex"], storage="disk", outbound="network"
    )
    services = [local, workerd.Disk("disk", state), workerd.Network("network")]
    return workerd.Config(services, {AI: 0, VECTORIZE: 0})


def embedder(settings: Variables, emulated: workerd.Process) -> list[workerd.Service]:
    """Return the Worker with these variables, and the services that its bindings call."""
    values = {"AUTH": "off", "LOCAL_MODEL": "emulator", **settings}
    bindings = {name: workerd.text(value) for name, value in values.items()}
    bindings |= {"AI": workerd.ai("ai"), "VECTORIZE": workerd.vectorize("vectorize"), "INGEST": workerd.queue("queue")}
    worker = workerd.Worker(NAME, workerd.python_worker(ROOT / "src"), bindings)
    ports = {"ai": emulated.ports[AI], "vectorize": emulated.ports[VECTORIZE]}
    upstreams = [workerd.External(name, f"127.0.0.1:{port}") for name, port in ports.items()]
    return [worker, *upstreams, workerd.Worker("queue", workerd.js_worker(QUEUE))]


def front() -> list[workerd.Service]:
    """Return a Worker that serves the files of public/ with their headers, before the Worker."""
    headers: dict[str, dict[str, str]] = {}
    for line in (ROOT / "public" / "_headers").read_text(encoding="utf-8").splitlines():
        if line.startswith("/"):
            rules = headers[line] = {}
        elif ": " in line and not line.startswith("#"):
            name, value = line.strip().split(": ", 1)
            rules[name] = value
    modules = [*workerd.js_worker(FRONT), workerd.Module("headers.json", "json", json.dumps(headers))]
    bindings = {"WORKER": workerd.service(NAME), "FILES": workerd.service("files")}
    files = workerd.Disk("files", ROOT / "public", writable=False)
    return [workerd.Worker("front", modules, bindings), files]


@contextmanager
def starting(new_folder: Callable[[], Path]) -> Iterator[Callable[..., Worker]]:
    """Yield a function that starts a Worker with emulators of its own; all are stopped at the end of the block.

    `settings` are variables of the Worker, `variables` those of the emulators. `callers` are services that may bind
    "embedder"; the first of them, a Worker, listens at the address instead.
    """
    with ExitStack() as running:

        def start(
            *,
            settings: Variables | None = None,
            variables: Variables | None = None,
            callers: Sequence[workerd.Service] = (),
        ) -> Worker:
            folder = new_folder()
            emulated = running.enter_context(workerd.serve(emulators(variables or {}, folder), folder))
            model = {"LOCAL_MODEL": "server"} if (variables or {}).get("LOCAL_EMBEDDINGS_URL") else {}
            services = [*callers, *embedder({**model, **(settings or {})}, emulated)]
            first = services[0].name
            process = running.enter_context(workerd.serve(workerd.Config(services, {first: 0}), new_folder()))
            return Worker(process.url(first), process.stdout)

        yield start
