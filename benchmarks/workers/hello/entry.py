"""The floor: a Python Worker that does nothing."""

from workers import Request, Response, WorkerEntrypoint  # noqa: TID251 a Worker of its own


class Default(WorkerEntrypoint):  # type: ignore[misc]  # the SDK is typed in the Worker only
    async def fetch(self, request: Request) -> Response:  # noqa: ARG002
        return Response("hello")
