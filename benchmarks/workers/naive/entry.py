"""The documented Worker, translated to Python line by line. The SDK converts every value between the languages."""

from workers import Request, Response, WorkerEntrypoint  # noqa: TID251 a Worker of its own

MODEL = "@cf/google/embeddinggemma-300m"


class Default(WorkerEntrypoint):  # type: ignore[misc]  # the SDK is typed in the Worker only
    async def fetch(self, request: Request) -> Response:
        body = await request.json()
        return Response.json(await self.env.AI.run(MODEL, {"text": body["text"]}))
