"""The command `embedder`, called in this process: a process of its own takes 0.3 s."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from typer.testing import CliRunner

from embedder_cli.main import app


def embedder(*arguments: object, cwd: Path | None = None, given: str = "") -> SimpleNamespace:
    """Return the exit code and what was printed, as `subprocess.run` does. `given` is the standard input."""
    with contextlib.chdir(cwd or Path.cwd()), standard_input(given):
        done = CliRunner().invoke(app, [*map(str, arguments)])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return SimpleNamespace(returncode=done.exit_code, stdout=done.stdout, stderr=done.stderr)


@contextlib.contextmanager
def standard_input(given: str) -> Iterator[None]:
    """Let the file descriptor 0, which the importer reads, have this text."""
    kept = os.dup(0)
    try:
        with tempfile.TemporaryFile() as file:
            file.write(given.encode())
            file.seek(0)
            os.dup2(file.fileno(), 0)
        yield
    finally:
        os.dup2(kept, 0)
        os.close(kept)
