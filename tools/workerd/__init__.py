"""A raw workerd configuration, and workerd running it: the real runtime without wrangler.

For contracts and measurements: the real classes behind `AI` and `VECTORIZE` can be put in front of any emulator,
and there is nothing between the client and workerd.

    upstream = Worker("upstream", js_worker("export default { fetch() { return Response.json(1); } };"))
    worker = Worker("embedder", python_worker(ROOT / "src"), {"AI": ai("upstream"), "AUTH": text("off")})
    with serve(Config([worker, upstream], {"embedder": 0}), tmp_path) as process:
        requests.get(process.url("embedder"))
"""

from tools.runtime.configuration import compatibility_date, local_flags
from tools.workerd.bindings import Binding, ai, json_value, namespace, queue, service, text, vectorize
from tools.workerd.config import (
    Config,
    Disk,
    External,
    Network,
    Service,
    Worker,
)
from tools.workerd.modules import Module, js_worker, python_worker, vendored_modules
from tools.workerd.process import Process, WorkerdError
from tools.workerd.serving import serve
from tools.workerd.snapshots import save as save_snapshot

__all__ = [
    "Binding",
    "Config",
    "Disk",
    "External",
    "Module",
    "Network",
    "Process",
    "Service",
    "Worker",
    "WorkerdError",
    "ai",
    "compatibility_date",
    "js_worker",
    "json_value",
    "local_flags",
    "namespace",
    "python_worker",
    "queue",
    "save_snapshot",
    "serve",
    "service",
    "text",
    "vectorize",
    "vendored_modules",
]
