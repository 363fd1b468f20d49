"""A Cloudflare API on 127.0.0.1 that keeps state and fails on demand: what wrangler calls during a deployment.

Every call has a name, such as `upload_version`. `faults` answers it with an error; `watch` sees it after it was served.
Other paths belong to the deployed Worker: they go to `service`, a running copy of it. Without one, every path answers
"ok": such a Worker seems to run, and fails every check.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests import servers
from tests.deploy.account import ACCOUNT, Account, Script
from tests.deploy.resources import accounts, indexes, queues, scripts, versions
from tests.deploy.resources.base import ApiError, Fault

PREFIX = "/client/v4"
TOKEN = "t" * 40
ROUTES = {**accounts.ROUTES, **indexes.ROUTES, **queues.ROUTES, **scripts.ROUTES, **versions.ROUTES}

_HOP_BY_HOP = ("content-encoding", "content-length", "transfer-encoding", "connection")
CHANGES = {"create_index", "create_metadata_index", "upload", "upload_version", "deploy", "put_secret", "settings"}


class FakeApi(accounts.Accounts, indexes.Indexes, queues.Queues, scripts.Scripts, versions.Versions):
    """The API. One lock makes every call whole."""

    def __init__(self) -> None:
        self.state = Account()
        self.faults: dict[str, Fault] = {}
        self.service = ""
        self.calls: list[str] = []
        self.unknown: list[str] = []
        self.watch: Callable[[str], None] = lambda _: None
        self._failed: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._map = Map([Rule(PREFIX + path, endpoint=name, methods=[verb]) for name, (verb, path) in ROUTES.items()])

    def fail(self, name: str, fault: Fault) -> None:
        """Answer calls of this name with an error, and no others."""
        self.faults, self._failed = {name: fault}, Counter()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        answer = self.answer if request.path.startswith(PREFIX) else self.forward
        return answer(request)(environ, start_response)

    def forward(self, request: Request) -> Response:
        """Answer as the deployed Worker does; one running copy stands for every version."""
        if not self.service:
            return Response('{"status":"ok"}', headers={"x-embedder-version": self._only_script().current})
        headers = {name: value for name, value in request.headers.items() if name in ("Authorization", "Content-Type")}
        target = f"{self.service}{request.full_path}"
        got = requests.request(request.method, target, data=request.get_data(), headers=headers, timeout=60)
        kept = {name: value for name, value in got.headers.items() if name.lower() not in _HOP_BY_HOP}
        if "x-embedder-version" in kept:
            kept["x-embedder-version"] = self._only_script().current
        return Response(got.content, got.status_code, kept)

    def answer(self, request: Request) -> Response:
        try:
            name, arguments = self._map.bind_to_environ(request.environ).match()
        except HTTPException:
            self.unknown.append(f"{request.method} {request.path}")
            return _envelope(404, errors=[{"code": 7003, "message": f"No route for {request.method} {request.path}"}])
        request.get_data(cache=True, parse_form_data=True)
        with self._lock:
            response = self._serve(name, request, arguments)
        self.watch(name)
        return response

    def _serve(self, name: str, request: Request, arguments: dict[str, str]) -> Response:
        self.calls.append(name)
        try:
            self._check(name, request, arguments.pop("account", ACCOUNT))
            return _envelope(200, result=getattr(self, f"do_{name}")(request, **arguments))
        except ApiError as error:
            fault = error.fault
            return _envelope(fault.status, errors=[{"code": fault.code, "message": fault.message}])

    def _check(self, name: str, request: Request, account: str) -> None:
        if account not in self.state.names:
            raise ApiError(
                Fault(404, 7003, "Could not route to the account, perhaps your object identifier is invalid?")
            )
        given = request.headers.get("authorization")
        if name != "upload_assets" and given != f"Bearer {TOKEN}":
            raise ApiError(Fault(403 if name != "verify" else 401, 9109, "Invalid access token"))
        fault = self.faults.get(name)
        if fault and self._failed[name] < fault.times:
            self._failed[name] += 1
            raise ApiError(fault)

    def _only_script(self) -> Script:
        [script] = self.state.scripts.values()
        return script


def _envelope(status: int, *, result: Any = None, errors: Any = ()) -> Response:
    body = {"success": not errors, "errors": list(errors), "messages": [], "result": result}
    return Response(json.dumps(body), status, content_type="application/json")


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


@contextmanager
def serve() -> Iterator[tuple[FakeApi, str]]:
    """Yield the API and its address, as CLOUDFLARE_API_BASE_URL takes it."""
    api = FakeApi()
    server = make_server("127.0.0.1", 0, api, threaded=True, request_handler=_Quiet)
    servers.start(server)
    yield api, f"http://127.0.0.1:{server.server_port}{PREFIX}"
    server.shutdown()
    assert api.unknown == []
