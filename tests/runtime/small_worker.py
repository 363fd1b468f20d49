"""Python Workers of a few lines, written into a folder, for what the runtime itself does."""

from pathlib import Path

from tools import workerd

NAME = "small"
_HANDLER = """

class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response(str({answer}))
"""


def entry(*lines: str, answer: str = "'hello'") -> str:
    """Return an entry.py with `lines` at its top level, which answers every request with `answer`."""
    return "\n".join(["from workers import Response, WorkerEntrypoint", *lines, _HANDLER.format(answer=answer)])


def config(folder: Path, files: dict[str, str]) -> workerd.Config:
    """Write `files` below `folder` and return the Worker made of them; files that it can't import are left out."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return workerd.Config([workerd.Worker(NAME, workerd.python_worker(folder))], {NAME: 0})
