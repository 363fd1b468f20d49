"""Starts and stops `pywrangler dev`."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tools import runtime

_STOP_GRACE_S = 10


def start(
    port: int,
    *,
    persist_to: str | None = None,
    variables: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
    example: Path | None = None,
    configuration: Path = runtime.ROOT / "wrangler.toml",
) -> subprocess.Popen[str]:
    """Start `pywrangler dev` in a process group of its own; its output is on `stdout`.

    `variables` are those of the emulator, `settings` those of the Worker. With an `example` (a folder below the
    project), that Worker listens on the port and calls this one through its service binding.
    """
    folder = runtime.CACHE / f"run-{port}"
    configurations = [linked(folder / "example", example)] if example else []
    configurations += [configuration, linked(folder / "local", Path("local"), variables or {})]
    command = ["pywrangler", "dev", "--ip", "127.0.0.1", "--port", str(port), "--env", "local"]
    command += ["--inspector-port", "0", *[f"-c={path}" for path in configurations]]
    local_model = {"LOCAL_MODEL": "server"} if (variables or {}).get("LOCAL_EMBEDDINGS_URL") else {}
    command += [f"--var={name}:{value}" for name, value in {**local_model, **(settings or {})}.items()]
    command += ["--persist-to", persist_to] if persist_to else []
    return subprocess.Popen(
        command,
        cwd=runtime.ROOT,
        env=runtime.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def linked(folder: Path, source: Path, variables: Mapping[str, str] | None = None) -> Path:
    """Return the configuration of a Worker in a folder of its own.

    wrangler reads a Worker's packages and variables from the folder of its configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    links = {"src": source / "src", "wrangler.toml": source / "wrangler.toml", "python_modules": runtime.VENDORED}
    for name, target in links.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(runtime.ROOT / target)
    (folder / ".dev.vars").write_text("".join(f'{name}="{value}"\n' for name, value in (variables or {}).items()))
    return folder / "wrangler.toml"


def stop(process: subprocess.Popen[str]) -> None:
    """End the whole process group: first with SIGINT, then with SIGKILL."""
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(_STOP_GRACE_S)
        except subprocess.TimeoutExpired:
            continue
    if process.stdout:
        process.stdout.close()
