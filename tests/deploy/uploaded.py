"""An upload as wrangler sent it, run in workerd from the snapshot that Cloudflare would take."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import workerd

_KINDS = {
    "text/x-python": "pythonModule",
    "application/javascript+module": "esModule",
    "application/octet-stream": "data",
}


@contextlib.contextmanager
def serve_upload(upload: dict[str, Any], version: str, models: str, folder: Path) -> Iterator[workerd.Process]:
    """Serve the parts of an upload, with the bindings that its metadata names."""
    bindings = {
        item["name"]: binding for item in upload["metadata"]["bindings"] if (binding := _binding(item, version))
    }
    worker = workerd.Worker("embedder", modules(upload, folder / "parts"), bindings)
    config = workerd.Config([worker, workerd.External("upstream", models)], {"embedder": 0})
    snapshot = workerd.save_snapshot(config, folder)
    with workerd.serve(config, folder, snapshot=snapshot) as process:
        yield process


def modules(upload: dict[str, Any], folder: Path) -> list[workerd.Module]:
    """Return every part as a module of the kind that its content type names, main module first."""
    found = []
    for name, (content_type, content) in upload["parts"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        found.append(workerd.Module(name, _KINDS[content_type], path))
    return sorted(found, key=lambda module: module.name != upload["metadata"]["main_module"])


def _binding(item: dict[str, Any], version: str) -> workerd.Binding | None:
    match item["type"]:
        case "ai":
            return workerd.ai("upstream")
        case "vectorize":
            return workerd.vectorize("upstream", item["index_name"])
        case "plain_text" | "secret_text":
            return workerd.text(item["text"])
        case "version_metadata":
            return workerd.json_value({"id": version, "tag": "", "timestamp": ""})
    return None  # a rate limit: workerd has none, and the service works without
