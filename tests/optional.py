"""Copies of `src/` without optional parts. Each part is deleted with its line in a list and its import."""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
ROUTES = "embedder/api/routes.py"


class Part(NamedTuple):
    """A part: its files, the lists that name it, by its name there, and the parts that need it."""

    files: tuple[str, ...]
    lists: dict[str, str]
    needed_by: tuple[str, ...] = ()


PARTS = {
    "openai at cloudflare": Part(("embedder/api/cloudflare/openai.py",), {ROUTES: "cloudflare_openai"}),
    "servers": Part(("embedder/api/servers",), {ROUTES: "any_base|azure|llama_cpp|lm_studio|openrouter|vertex"}),
    "openai": Part(("embedder/api/openai.py",), {ROUTES: "openai"}, needed_by=("openai at cloudflare", "servers")),
    "vertex": Part(("embedder/api/servers/vertex.py",), {ROUTES: "vertex"}),
    "google": Part(("embedder/api/google.py",), {ROUTES: "google"}, needed_by=("vertex",)),
    "cohere": Part(("embedder/api/cohere.py",), {ROUTES: "cohere"}),
    "ollama": Part(("embedder/api/ollama",), {ROUTES: "ollama"}),
    "mcp": Part(("embedder/api/mcp",), {ROUTES: "mcp"}),
    "tei": Part(("embedder/api/tei",), {ROUTES: "tei|tei_hosted"}),
    "workers ai": Part(
        ("embedder/api/cloudflare/workers_ai.py",), {ROUTES: "workers_ai"}, needed_by=("openai at cloudflare",)
    ),
    "vectorize rest": Part(
        ("embedder/api/cloudflare/vectorize.py", "embedder/api/cloudflare/vectorize_bodies.py"), {ROUTES: "vectorize"}
    ),
    "cloudflare": Part(("embedder/api/cloudflare",), {ROUTES: "workers_ai|cloudflare_openai|vectorize"}),
    "queue": Part(("embedder/queue", "bindings/consumer.py"), {"entry.py": "consumer"}),
    "vectorize": Part(
        (
            "embedder/vectorize",
            "embedder/operations/documents.py",
            "embedder/operations/search.py",
            "bindings/vectorize.py",
        ),
        {"embedder/operations/table.py": "documents|search", "bindings/app.py": "vectorize"},
        needed_by=("queue", "mcp", "vectorize rest"),
    ),
}


def without(names: Iterable[str], folder: Path) -> Path:
    """Copy `src/` into `folder` without these parts and those that need them. Return the copy."""
    source = folder / "src"
    shutil.copytree(ROOT / "src", source)
    for part in {each for name in names for each in (name, *PARTS[name].needed_by)}:
        for file in PARTS[part].files:
            path = source / file
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for file, name in PARTS[part].lists.items():
            path = source / file
            path.write_text(_without_lines(path.read_text(encoding="utf-8"), name), encoding="utf-8")
    return source


def _without_lines(text: str, name: str) -> str:
    """Delete the line of a part in a list, and its import."""
    kept = re.sub(rf"^ +(.*[ *=])?({name})(\.\w+(\(.*\))?)?,\n", "", text, flags=re.MULTILINE)
    kept = re.sub(rf"^from \S+ import \w+ as ({name})\n", "", kept, flags=re.MULTILINE)
    return re.sub(r"^from \S+ import \(\n\)\n", "", kept, flags=re.MULTILINE)
