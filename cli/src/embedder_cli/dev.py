"""`embedder dev`: the Worker and the emulators of its bindings in the real runtime, through `pywrangler dev`."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from embedder_cli import runtime

# Lines of wrangler that say again what the Worker's own log line says.
_NOISE = re.compile(r"\[wrangler:info\] (GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) ")
_STOP_GRACE_S = 10
_LOCAL_VARIABLES = ("LOCAL_EMBEDDINGS_URL", "LOCAL_EMBEDDINGS_MODEL")
_STATE = "Folder of the local Vectorize. Default: .wrangler/state in the checkout."
_EXAMPLES = sorted(path.name for path in (runtime.ROOT / "examples").glob("*"))
_EXAMPLE = f"Serve this example, which calls the Worker: {' or '.join(_EXAMPLES)}."


def main(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8787,
    persist_to: Annotated[Path | None, typer.Option(help=_STATE)] = None,
    example: Annotated[str | None, typer.Option(help=_EXAMPLE)] = None,
) -> None:
    """Run the Worker and the emulators of its bindings in the real Workers runtime, until Ctrl-C."""
    folder = _example(example)
    try:
        runtime.prepare()
    except runtime.RuntimeSetupError as error:
        typer.echo(f"dev: {error}", err=True)
        raise typer.Exit(1) from error
    # SIGTERM ends it like Ctrl-C, and a shell that started it in the background may have switched Ctrl-C off
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    state = str(persist_to.resolve()) if persist_to else None
    raise typer.Exit(_serve(start(port, persist_to=state, variables=_variables_of_shell(), example=folder)))


def _serve(process: subprocess.Popen[str]) -> int:
    try:
        _print_lines(process)
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(process)


def _variables_of_shell() -> dict[str, str]:
    return {name: os.environ[name] for name in _LOCAL_VARIABLES if os.environ.get(name)}


def _example(name: str | None) -> Path | None:
    if name is not None and name not in _EXAMPLES:
        raise typer.BadParameter(f"it must be one of {', '.join(_EXAMPLES)}.", param_hint="--example")
    return Path("examples") / name if name else None


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

    `variables` are those of the stand-ins, `settings` those of the Worker. With an `example` (a folder below the
    project), that Worker has the port and calls ours through its service binding.
    """
    folder = runtime.CACHE / f"run-{port}"
    configurations = [linked(folder / "example", example)] if example else []
    configurations += [configuration, linked(folder / "local", Path("local"), variables or {})]
    command = ["pywrangler", "dev", "--ip", "127.0.0.1", "--port", str(port), "--env", "local"]
    command += ["--inspector-port", "0", *[f"-c={path}" for path in configurations]]
    command += [f"--var={name}:{value}" for name, value in (settings or {}).items()]
    command += ["--persist-to", persist_to] if persist_to else []
    return subprocess.Popen(
        command,
        cwd=runtime.ROOT,
        env=runtime.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def linked(folder: Path, source: Path, variables: Mapping[str, str] | None = None) -> Path:
    """Return the configuration of a Worker of this run, in a folder of its own.

    wrangler reads a Worker's packages and variables beside its configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    links = {"src": source / "src", "wrangler.toml": source / "wrangler.toml", "python_modules": runtime.VENDORED}
    for name, target in links.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(runtime.ROOT / target)
    (folder / ".dev.vars").write_text("".join(f'{name}="{value}"\n' for name, value in (variables or {}).items()))
    return folder / "wrangler.toml"


def stop(process: subprocess.Popen[str]) -> None:
    """End the whole process group: politely, then for certain."""
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


def _print_lines(process: subprocess.Popen[str]) -> None:
    for line in process.stdout or ():
        if not _NOISE.search(line):
            print(line, end="", flush=True)
