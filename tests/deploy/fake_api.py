"""A Cloudflare API on 127.0.0.1 that keeps state and fails on demand: what wrangler calls during a deployment.

Every call has a name, such as `upload_version`. `faults` answers it with an error; `watch` sees it after it was served.
Other paths belong to the deployed Worker: they go to `service`, a running copy of it. Without one, every path answers
"ok": such a Worker seems to run, and fails every check.
"""

import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from tests.deploy.account import ACCOUNT, Account, Script, activate, described, keep, now

PREFIX = "/client/v4"
TOKEN = "t" * 40
_SCRIPT = "/accounts/<account>/workers/scripts/<name>"
_QUEUES = "/accounts/<account>/queues"
_INDEXES = "/accounts/<account>/vectorize/v2/indexes"
ROUTES = {
    "user": ("GET", "/user"),
    "verify": ("GET", "/user/tokens/verify"),
    "memberships": ("GET", "/memberships"),
    "accounts": ("GET", "/accounts"),
    "list_indexes": ("GET", _INDEXES),
    "create_index": ("POST", _INDEXES),
    "list_metadata_indexes": ("GET", f"{_INDEXES}/<index>/metadata_index/list"),
    "create_metadata_index": ("POST", f"{_INDEXES}/<index>/metadata_index/create"),
    "list_queues": ("GET", _QUEUES),
    "create_queue": ("POST", _QUEUES),
    "peek": ("POST", f"{_QUEUES}/<queue>/messages/peek"),
    "purge": ("POST", f"{_QUEUES}/<queue>/messages/purge"),
    "send_batch": ("POST", f"{_QUEUES}/<queue>/messages/batch"),
    "service": ("GET", "/accounts/<account>/workers/services/<name>"),
    "beta_worker": ("GET", "/accounts/<account>/workers/workers/<name>"),
    "account_subdomain": ("GET", "/accounts/<account>/workers/subdomain"),
    "upload": ("PUT", _SCRIPT),
    "upload_version": ("POST", f"{_SCRIPT}/versions"),
    "list_versions": ("GET", f"{_SCRIPT}/versions"),
    "version": ("GET", f"{_SCRIPT}/versions/<version>"),
    "deploy": ("POST", f"{_SCRIPT}/deployments"),
    "list_deployments": ("GET", f"{_SCRIPT}/deployments"),
    "settings": ("PATCH", f"{_SCRIPT}/script-settings"),
    "secrets": ("GET", f"{_SCRIPT}/secrets"),
    "put_secret": ("PUT", f"{_SCRIPT}/secrets"),
    "bindings": ("GET", f"{_SCRIPT}/settings"),
    "enable_subdomain": ("POST", f"{_SCRIPT}/subdomain"),
    "assets_session": ("POST", f"{_SCRIPT}/assets-upload-session"),
    "upload_assets": ("POST", "/accounts/<account>/workers/assets/upload"),
}

_HOP_BY_HOP = ("content-encoding", "content-length", "transfer-encoding", "connection")
CHANGES = {"create_index", "create_metadata_index", "upload", "upload_version", "deploy", "put_secret", "settings"}


@dataclass(frozen=True)
class Fault:
    """An error of the API; `times` is how many calls get it."""

    status: int
    code: int
    message: str
    times: int = 1_000


class ApiError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class FakeApi:
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

    def _script(self, name: str) -> Script:
        if name not in self.state.scripts:
            raise ApiError(Fault(404, 10007, "This Worker does not exist on your account."))
        return self.state.scripts[name]

    def do_user(self, _: Request) -> dict[str, str]:
        return {"id": "u" * 32, "email": "someone@example.com"}

    def do_verify(self, _: Request) -> dict[str, str]:
        return {"id": "v" * 32, "status": "active"}

    def do_accounts(self, _: Request) -> list[dict[str, str]]:
        return [{"id": key, "name": name} for key, name in self.state.names.items()]

    def do_memberships(self, request: Request) -> list[dict[str, Any]]:
        return [{"id": "m", "account": account} for account in self.do_accounts(request)]

    def do_list_indexes(self, _: Request) -> list[dict[str, Any]]:
        return list(self.state.indexes.values())

    def do_create_index(self, request: Request) -> dict[str, Any]:
        wanted = request.get_json()
        made = {"name": wanted["name"], "config": wanted["config"], "created_on": now()}
        if self.state.indexes.setdefault(wanted["name"], made) is not made:
            raise ApiError(Fault(409, 3002, "vectorize.index.duplicate_name"))
        return made

    def do_list_metadata_indexes(self, _: Request, index: str) -> dict[str, Any]:
        there = self.state.metadata_indexes.get(index, {})
        return {"metadataIndexes": [{"propertyName": key, "indexType": kind} for key, kind in there.items()]}

    def do_create_metadata_index(self, request: Request, index: str) -> dict[str, str]:
        wanted = request.get_json()
        self.state.metadata_indexes.setdefault(index, {})[wanted["propertyName"]] = wanted["indexType"].capitalize()
        return {"mutationId": str(uuid.uuid4())}

    def do_list_queues(self, request: Request) -> list[dict[str, str]]:
        wanted = request.args.get("name")
        return [_described(name) for name in self.state.queues if wanted in (None, name)]

    def do_create_queue(self, request: Request) -> dict[str, str]:
        name = request.get_json(force=True)["queue_name"]  # wrangler names no content type
        if name in self.state.queues:
            raise ApiError(Fault(409, 11009, f"Queue name '{name}' is already taken."))
        self.state.queues[name] = []
        return _described(name)

    def do_peek(self, request: Request, queue: str) -> dict[str, Any]:
        size = request.get_json()["batch_size"]
        kept = self.state.queues[queue.removeprefix("id-")][:size]
        found = [
            {"id": key, "ref": f"ref-{key}", "body": body, "timestamp_ms": 1_790_000_000_000} for key, body in kept
        ]
        return {"messages": found}

    def do_purge(self, request: Request, queue: str) -> dict[str, Any]:
        refs = {item["ref"] for item in request.get_json()["refs"]}
        kept = self.state.queues[queue.removeprefix("id-")]
        kept[:] = [item for item in kept if f"ref-{item[0]}" not in refs]
        return {"errors": [], "warnings": {}}

    def do_send_batch(self, request: Request, queue: str) -> dict[str, Any]:
        messages = request.get_json()["messages"]
        size = sum(len(item["body"].encode()) + 100 for item in messages)
        if len(messages) > 100 or size > 256_000 or any(item["content_type"] != "text" for item in messages):
            raise ApiError(Fault(413, 10000, "The batch is too large."))
        self.state.queues[queue.removeprefix("id-")] += [(str(uuid.uuid4()), item["body"]) for item in messages]
        return {}

    def do_service(self, _: Request, name: str) -> dict[str, Any]:
        script = self._script(name)
        found = {"id": name, "tag": script.tag, "tags": script.tags, "last_deployed_from": script.last_deployed_from}
        return {"id": name, "default_environment": {"environment": "production", "script": found}}

    def do_beta_worker(self, _: Request, name: str) -> dict[str, Any]:
        script = self._script(name)
        return {
            "id": script.tag,
            "name": name,
            "subdomain": {"enabled": script.subdomain, "previews_enabled": script.previews},
        }

    def do_account_subdomain(self, _: Request) -> dict[str, str]:
        if self.state.subdomain is None:
            raise ApiError(Fault(404, 10007, "You do not have a workers.dev subdomain."))
        return {"subdomain": self.state.subdomain}

    def do_upload(self, request: Request, name: str) -> dict[str, Any]:
        script = self.state.scripts.setdefault(name, Script())
        version = keep(script, request)
        activate(script, version, {})
        return {"id": name, "etag": version, "startup_time_ms": 400, "deployment_id": version.replace("-", "")}

    def do_upload_version(self, request: Request, name: str) -> dict[str, Any]:
        script = self._script(name)
        version = keep(script, request)
        return {"id": version, "startup_time_ms": 400, "resources": {"script": {"etag": version}}}

    def do_deploy(self, request: Request, name: str) -> dict[str, Any]:
        wanted = request.get_json()
        script = self._script(name)
        version = wanted["versions"][0]["version_id"]
        return activate(script, version, wanted.get("annotations") or {})

    def do_list_deployments(self, _: Request, name: str) -> dict[str, Any]:
        return {"deployments": self._script(name).deployments}

    def do_list_versions(self, _: Request, name: str) -> dict[str, Any]:
        script = self._script(name)
        return {"items": [described(script, version) for version in reversed(script.versions)]}

    def do_version(self, _: Request, name: str, version: str) -> dict[str, Any]:
        script = self._script(name)
        if version not in script.versions:
            raise ApiError(Fault(404, 10092, "Version not found."))
        return described(script, version)

    def do_settings(self, request: Request, name: str) -> dict[str, Any]:
        self._script(name).tags = request.get_json().get("tags") or []
        return request.get_json()

    def do_secrets(self, _: Request, name: str) -> list[dict[str, str]]:
        return [{"name": key, "type": "secret_text"} for key in self._script(name).secrets]

    def do_put_secret(self, request: Request, name: str) -> dict[str, str]:
        wanted = request.get_json()
        script = self.state.scripts.setdefault(name, Script())
        script.secrets[wanted["name"]] = wanted["text"]
        if script.deployments:  # another secret is another version, and is deployed at once
            version = str(uuid.uuid4())
            script.versions[version] = {**script.versions[script.current], "created_on": now()}
            activate(script, version, {})
        return {"name": wanted["name"], "type": "secret_text"}

    def do_bindings(self, _: Request, name: str) -> dict[str, Any]:
        script = self._script(name)
        bindings = described(script, script.current)["resources"]["bindings"] if script.deployments else []
        return {"bindings": bindings}

    def do_enable_subdomain(self, request: Request, name: str) -> dict[str, bool]:
        script, wanted = self._script(name), request.get_json()
        script.subdomain, script.previews = wanted["enabled"], wanted.get("previews_enabled", wanted["enabled"])
        return {"enabled": script.subdomain, "previews_enabled": script.previews}

    def do_assets_session(self, request: Request, **_: str) -> dict[str, Any]:
        self.state.manifest = request.get_json()["manifest"]
        missing = sorted({entry["hash"] for entry in self.state.manifest.values()} - self.state.assets)
        return {"jwt": "session.e30.x", "buckets": [missing] if missing else []}

    def do_upload_assets(self, request: Request) -> dict[str, str]:
        self.state.assets |= {*request.files, *request.form}
        return {"jwt": "complete.e30.x"}


def _described(queue: str) -> dict[str, str]:
    return {"queue_id": f"id-{queue}", "queue_name": queue}


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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield api, f"http://127.0.0.1:{server.server_port}{PREFIX}"
    server.shutdown()
    assert api.unknown == []
