"""Runs the conformance test of the emulator's database. Every check has a Durable Object of its own."""

import traceback
from urllib.parse import urlsplit

from conformance import CHECKS, WIDTH
from pyodide.ffi import to_js
from workers import DurableObject, Response, WorkerEntrypoint

from runtime.store import Store


class Database(Store):
    """Takes bodies as bytes. In the emulator, the runtime passes an ArrayBuffer."""

    def take(self, body, form):
        return super().take(to_js(body).buffer, form)


class Checked(DurableObject):
    async def fetch(self, request):
        try:
            CHECKS[_name(request)](Database(self.ctx, WIDTH))
        except Exception:
            return Response(traceback.format_exc())
        return Response("passed")


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return await self.env.CHECKED.getByName(_name(request)).fetch(request)


def _name(request):
    return urlsplit(request.url).path.strip("/")
