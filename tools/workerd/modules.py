"""The modules of a Worker, as wrangler would upload them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tools import runtime

# Files below a Python Worker's folder that are uploaded: the rule for `.js` is `rules` in wrangler.toml.
_KINDS = {".py": "pythonModule", ".js": "esModule"}


class Module(msgspec.Struct, frozen=True):
    """One module of a Worker: `content` is its text, or the file that holds it."""

    name: str
    kind: str  # esModule, pythonModule, data, text or json
    content: str | Path

    def message(self) -> dict[str, Any]:
        """Return the `Worker.Module` of workerd.capnp."""
        content = self.content.read_bytes() if isinstance(self.content, Path) else self.content.encode()
        return {"name": self.name, self.kind: content if self.kind == "data" else content.decode()}


def js_worker(source: str | Path) -> list[Module]:
    """A Worker of one ES module, given as text or as a file."""
    return [Module("worker.js", "esModule", source)]


def python_worker(folder: Path, entry: str = "entry.py", *, vendored: bool = True) -> list[Module]:
    """A Python Worker: every .py and .js file under `folder`, named by its path there, and python_modules/."""
    modules = [
        Module(path.relative_to(folder).as_posix(), _KINDS[path.suffix], path)
        for path in sorted(_files(folder))
        if path.suffix in _KINDS
    ]
    modules.sort(key=lambda module: module.name != entry)
    return [*modules, *(vendored_modules() if vendored else ())]


def vendored_modules() -> list[Module]:
    """The files of python_modules/; its JavaScript is importable, everything else is data."""
    runtime.prepare()
    return [
        Module(
            f"python_modules/{path.relative_to(runtime.VENDORED).as_posix()}",
            "esModule" if path.suffix == ".js" else "data",
            path,
        )
        for path in sorted(_files(runtime.VENDORED))
        if path.suffix != ".pyi" and path.stat().st_size
    ]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
