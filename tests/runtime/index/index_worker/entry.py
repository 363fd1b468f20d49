"""Runs the conformance test of the index on the binding `VECTORIZE`."""

import traceback
from urllib.parse import urlsplit

from conformance import CHECKS
from workers import Response, WorkerEntrypoint, import_from_javascript

from bindings.lifetime import Lifetime
from bindings.vectorize import Vectorize
from embedder.settings import Settings


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        index = Vectorize(import_from_javascript("cloudflare:workers").env.VECTORIZE)
        check = CHECKS[urlsplit(request.url).path.strip("/")]
        try:
            await check(index, Lifetime(Settings()))
        except Exception:
            return Response(traceback.format_exc())
        return Response("passed")
