"""A service for the doctor: the Worker's core over a model, without a runtime."""

from urllib.parse import urlsplit

import httpx

from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.examination import Options, examine
from tests.core.fakes import FakeAnswer, FakeApp, FakeModel, FakeRequest, content


class Service:
    """The Worker's core over a model, behind HTTP.

    `vector` embeds one text. `tamper` may change an answer on its way, and `rows` the vectors of a call of the model.
    """

    def __init__(self, vector, tamper=None, *, rows=lambda found: found, **variables):
        self.model = FakeModel(lambda texts: FakeAnswer(rows=rows([vector(text) for text in texts])))
        self.app = FakeApp(self.model, **variables)
        self.requests = 0
        self._tamper = tamper or (lambda _, response: response)

    async def answer(self, request):
        self.requests += 1
        path = urlsplit(str(request.url)).path
        found = await self.app.handle(FakeRequest(request.method, path, request.content, request.headers))
        made = httpx.Response(found.status, headers=found.headers, content=content(found))
        return self._tamper(request, made)

    def examine(self, *, key=None, options=None, url="http://test"):
        """Return the results of all checks by name."""
        found = self.run(lambda endpoint: list(examine(endpoint, options or Options(latency=False))), key, url)
        return {result.check: result for result in found}

    def run(self, check, key=None, url="http://test"):
        """Return the result of one check."""
        client = httpx.AsyncClient(transport=httpx.MockTransport(self.answer))
        with Endpoint(url, key, client=client) as endpoint:
            return check(endpoint)
