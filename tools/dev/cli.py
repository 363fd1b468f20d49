"""The options of `make dev`, and what it prints."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from tools import runtime
from tools.dev import output, process, state, variables

_STATE = "Folder of the stored vectors. Default: .wrangler/state in the checkout."
_EXAMPLES = sorted(path.name for path in (runtime.ROOT / "examples").glob("*"))
_EXAMPLE = f"Serve this example, which calls the Worker: {' or '.join(_EXAMPLES)}."
_JSON = "Print the Worker's own log lines (JSON) instead of readable ones."


def main(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65_535)] = 8787,
    persist_to: Annotated[Path | None, typer.Option(help=_STATE)] = None,
    example: Annotated[str | None, typer.Option(help=_EXAMPLE)] = None,
    raw: Annotated[bool, typer.Option("--json", help=_JSON)] = False,
) -> None:
    """Run the Worker and the local emulator in the real Workers runtime, until Ctrl-C.

    Variables of the Worker and of the emulator can be set in the environment (DEADLINE_S=60 make dev). Those of the
    Worker can also be set in the file .dev.vars of the checkout, which is read again when it changes.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        code = _run(port, persist_to, _example(example), raw=raw)
    except KeyboardInterrupt:
        typer.echo("Stopped.")
        code = 0
    except (runtime.RuntimeSetupError, state.StateError, variables.VariableError) as error:
        typer.echo(f"dev: {error}", err=True)
        code = 1
    raise typer.Exit(code)


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End the command once. Later signals are ignored, because they would interrupt the cleanup."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _run(port: int, persist_to: Path | None, example: Path | None, *, raw: bool) -> int:
    state.check_port(port, f"make example NAME={example.name}" if example else "make dev")
    settings = variables.of_worker(os.environ)
    variables.check(settings)
    emulator = variables.of_emulator(os.environ)
    folder, lock = state.claim(persist_to, port)
    with lock:
        runtime.prepare()
        typer.echo("starting the Worker ...")
        server = process.start(
            port,
            persist_to=str(folder),
            variables=emulator,
            settings=settings,
            example=example,
        )
        try:
            variables.reload_on_change(lambda: process.write_settings(port, emulator, settings))
            return _print(server, banner(port, folder, emulator, example), raw=raw)
        finally:
            process.stop(server)


def _print(server: subprocess.Popen[str], lines: Iterator[str], *, raw: bool) -> int:
    """Print until the server ends, and return its exit code."""
    chosen = output.Filter(raw=raw)
    for line in chosen.lines(server.stdout or (), lines):
        typer.echo(line)
    if not chosen.ready:
        typer.echo("\n".join(["dev: the Worker did not start:", *chosen.tail]), err=True)
    return server.wait() or (0 if chosen.ready else 1)


def banner(port: int, folder: Path, emulator: Mapping[str, str], example: Path | None = None) -> Iterator[str]:
    """Yield the lines that are printed when the Worker is ready."""
    url = f"http://127.0.0.1:{port}"
    if example:
        yield f"The example listens on {url}; {example}/README.md shows how to call it."
    else:
        yield f"Listening on {url} (API reference: {url}/docs)"
    if address := emulator.get("LOCAL_EMBEDDINGS_URL"):
        yield f"Vectors come from the model at {address}."
    else:
        yield "Vectors come from the lexical emulator, not from EmbeddingGemma."
    yield f"Stored vectors are kept in {os.path.relpath(folder)}."
    if folder == state.own(port):
        yield "Another `make dev` uses .wrangler/state."
    yield "Press Ctrl-C to stop."


def _example(name: str | None) -> Path | None:
    if name is not None and name not in _EXAMPLES:
        raise typer.BadParameter(f"it must be one of {', '.join(_EXAMPLES)}.", param_hint="--example")
    return Path("examples") / name if name else None
