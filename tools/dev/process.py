"""Starts and stops `pywrangler dev`."""

import os
import signal
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tools import runtime
from tools.dev import state

_STOP_GRACE_S = 10
_GATE = Path(__file__).with_name("gate.js")


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

    The first Worker is the gate, see gate.js. `variables` are those of the emulator, `settings` those of the Worker.
    With an `example` (a folder below the project), that Worker is behind the gate, and calls this one through its
    service binding.
    """
    folder = runtime.CACHE / f"run-{port}"
    if _own(variables, settings):
        configuration = linked(folder / "worker", Path())
        write_settings(port, variables, settings)
    configurations = [linked(folder / "example", example)] if example else []
    configurations.insert(0, gate(folder / "gate", configurations[0] if example else configuration))
    configurations += [configuration, linked(folder / "local", Path("local"), variables or {})]
    command = ["pywrangler", "dev", "--ip", "127.0.0.1", "--port", str(port), "--env", "local"]
    command += ["--inspector-port", "0", *[f"-c={path}" for path in configurations]]
    command += ["--persist-to", persist_to] if persist_to else []
    return subprocess.Popen(
        command,
        cwd=runtime.ROOT,
        env={**runtime.environment(), "WRANGLER_REGISTRY_PATH": str(state.registry())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def write_settings(port: int, variables: Mapping[str, str] | None, settings: Mapping[str, str] | None) -> None:
    """Write the `.dev.vars` of a Worker with settings: those of the checkout, then the settings, which count more.

    wrangler's option `--var` is for the first Worker alone, which is the gate.
    """
    if own := _own(variables, settings):
        file = runtime.ROOT / ".dev.vars"
        lines = [file.read_text(encoding="utf-8")] if file.exists() else []
        lines += [f"{name}={_quoted(value)}" for name, value in own.items()]
        (runtime.CACHE / f"run-{port}" / "worker" / ".dev.vars").write_text("\n".join([*lines, ""]), encoding="utf-8")


def _own(variables: Mapping[str, str] | None, settings: Mapping[str, str] | None) -> dict[str, str]:
    local_model = {"LOCAL_MODEL": "server"} if (variables or {}).get("LOCAL_EMBEDDINGS_URL") else {}
    return {**local_model, **(settings or {})}


def _quoted(value: str) -> str:
    quote = next((quote for quote in "'\"`" if quote not in value), "'")
    return f"{quote}{value}{quote}"


def linked(folder: Path, source: Path, variables: Mapping[str, str] | None = None) -> Path:
    """Return the configuration of a Worker in a folder of its own.

    wrangler reads a Worker's packages and variables from the folder of its configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    links = {"src": source / "src", "wrangler.toml": source / "wrangler.toml", "python_modules": runtime.VENDORED}
    if (runtime.ROOT / source / "public").exists():
        links["public"] = source / "public"
    for name, target in links.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(runtime.ROOT / target)
    (folder / ".dev.vars").write_text("".join(f'{name}="{value}"\n' for name, value in (variables or {}).items()))
    return folder / "wrangler.toml"


def gate(folder: Path, behind: Path) -> Path:
    """Return the configuration of the gate before the Worker with the configuration `behind`."""
    found = tomllib.loads(behind.read_text(encoding="utf-8"))
    lines = ['name = "gate"', f'main = "{_GATE.as_posix()}"', f'compatibility_date = "{found["compatibility_date"]}"']
    lines += ["[env.local]", 'name = "gate"', f'services = [{{ binding = "NEXT", service = "{found["name"]}" }}]', ""]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wrangler.toml").write_text("\n".join(lines))
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
