"""The Worker, with an object that can be asked for its state, and killed."""

from urllib.parse import urlsplit

import js  # noqa: TID251 a Worker of its own
from measured_entry import Default
from workers import Response  # noqa: TID251 a Worker of its own

from entry import Batcher as Real

__all__ = ["Batcher", "Default"]


class Batcher(Real):
    async def fetch(self, request):
        match urlsplit(request.url).path:
            case "/kill":
                self.ctx.abort("killed")
            case "/state":
                return Response(js.JSON.stringify(self._object.state())).js_object
        return await super().fetch(request)
