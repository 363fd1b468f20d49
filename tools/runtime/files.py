"""Files that another process may read at any moment."""

import os
from pathlib import Path


def write_at_once(path: Path, content: str, *, mode: int = 0o644) -> None:
    """Write a file in one step: who reads it meanwhile gets the whole content of before or of after."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(content, encoding="utf-8")
    beside.chmod(mode)
    beside.replace(path)
