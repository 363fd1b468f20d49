"""The versions of a Worker, its deployments and its assets."""

from typing import Any

from werkzeug.wrappers import Request

from tests.deploy.account import Script, activate, described, keep
from tests.deploy.resources.base import SCRIPT, ApiError, Fault, Resource

ROUTES = {
    "upload": ("PUT", SCRIPT),
    "upload_version": ("POST", f"{SCRIPT}/versions"),
    "deploy": ("POST", f"{SCRIPT}/deployments"),
    "list_deployments": ("GET", f"{SCRIPT}/deployments"),
    "list_versions": ("GET", f"{SCRIPT}/versions"),
    "version": ("GET", f"{SCRIPT}/versions/<version>"),
    "assets_session": ("POST", f"{SCRIPT}/assets-upload-session"),
    "upload_assets": ("POST", "/accounts/<account>/workers/assets/upload"),
}


class Versions(Resource):
    """The versions of a Worker, its deployments and its assets."""

    def do_upload(self, request: Request, name: str) -> dict[str, Any]:
        script = self.state.scripts.setdefault(name, Script())
        version = keep(script, request)
        activate(script, version, {})
        return {"id": name, "etag": version, "startup_time_ms": 400, "deployment_id": version.replace("-", "")}

    def do_upload_version(self, request: Request, name: str) -> dict[str, Any]:
        script = self.script(name)
        version = keep(script, request)
        return {"id": version, "startup_time_ms": 400, "resources": {"script": {"etag": version}}}

    def do_deploy(self, request: Request, name: str) -> dict[str, Any]:
        wanted = request.get_json()
        script = self.script(name)
        version = wanted["versions"][0]["version_id"]
        return activate(script, version, wanted.get("annotations") or {})

    def do_list_deployments(self, _: Request, name: str) -> dict[str, Any]:
        return {"deployments": self.script(name).deployments}

    def do_list_versions(self, _: Request, name: str) -> dict[str, Any]:
        script = self.script(name)
        return {"items": [described(script, version) for version in reversed(script.versions)]}

    def do_version(self, _: Request, name: str, version: str) -> dict[str, Any]:
        script = self.script(name)
        if version not in script.versions:
            raise ApiError(Fault(404, 10092, "Version not found."))
        return described(script, version)

    def do_assets_session(self, request: Request, **_: str) -> dict[str, Any]:
        self.state.manifest = request.get_json()["manifest"]
        missing = sorted({entry["hash"] for entry in self.state.manifest.values()} - self.state.assets)
        return {"jwt": "session.e30.x", "buckets": [missing] if missing else []}

    def do_upload_assets(self, request: Request) -> dict[str, str]:
        self.state.assets |= {*request.files, *request.form}
        return {"jwt": "complete.e30.x"}
