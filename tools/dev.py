"""`make dev`: the Worker and its stand-ins under the real runtime, through `pywrangler dev`."""

import argparse
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import runtime

# Lines of wrangler that say again what the Worker's own log line says.
_NOISE = re.compile(r"\[wrangler:info\] (GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH) ")
_STOP_GRACE_S = 10
_LOCAL_VARIABLES = ("LOCAL_EMBEDDINGS_URL", "LOCAL_EMBEDDINGS_MODEL")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        runtime.prepare()
    except runtime.RuntimeSetupError as error:
        print(f"dev: {error}", file=sys.stderr)
        return 1
    process = start(
        options.port,
        persist_to=options.persist_to,
        variables=_variables_of_shell(),
        example=Path("examples") / options.example if options.example else None,
    )
    # SIGTERM ends it like Ctrl-C, and a shell that started it in the background may have switched Ctrl-C off
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        _print_lines(process)
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        stop(process)


def _variables_of_shell() -> dict[str, str]:
    return {name: os.environ[name] for name in _LOCAL_VARIABLES if os.environ.get(name)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make dev", description=__doc__)
    parser.add_argument("--port", type=int, default=8787, help="port on 127.0.0.1 (default: 8787)")
    parser.add_argument("--persist-to", help="folder that keeps the local Vectorize (default: .wrangler/state)")
    examples = sorted(path.name for path in (runtime.ROOT / "examples").iterdir())
    parser.add_argument("--example", choices=examples, help="serve this example, which calls the Worker")
    return parser


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


if __name__ == "__main__":
    sys.exit(main())
