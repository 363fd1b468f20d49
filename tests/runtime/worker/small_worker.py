"""Small Python Workers, for tests of the runtime itself."""

from pathlib import Path

from tools import workerd

NAME = "small"
_HANDLER = """

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(str({answer}))
"""


def entry(*lines: str, answer: str = "'hello'") -> str:
    """Return an entry.py with `lines` at the top level that answers every request with `answer`."""
    return "\n".join(["from workers import Response, WorkerEntrypoint", *lines, _HANDLER.format(answer=answer)])


def config(folder: Path, files: dict[str, str]) -> workerd.Config:
    """Write `files` to `folder` and return a configuration of the Worker with all files that it can import."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return workerd.Config([workerd.Worker(NAME, workerd.python_worker(folder))], {NAME: 0})
