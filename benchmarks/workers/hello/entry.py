"""The lower limit for a Python Worker: it reads nothing and calls nothing."""

from workers import Request, Response, WorkerEntrypoint  # noqa: TID251 a Worker of its own


class Default(WorkerEntrypoint):  # type: ignore[misc]  # the SDK is typed in the Worker only
    async def fetch(self, request: Request) -> Response:  # noqa: ARG002
        return Response("hello")
