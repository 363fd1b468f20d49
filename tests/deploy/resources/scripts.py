"""A Worker: its settings, its secrets and its subdomain."""

import uuid
from typing import Any

from werkzeug.wrappers import Request

from tests.deploy.account import Script, activate, described, now
from tests.deploy.resources.base import SCRIPT, Resource

ROUTES = {
    "service": ("GET", "/accounts/<account>/workers/services/<name>"),
    "beta_worker": ("GET", "/accounts/<account>/workers/workers/<name>"),
    "settings": ("PATCH", f"{SCRIPT}/script-settings"),
    "secrets": ("GET", f"{SCRIPT}/secrets"),
    "put_secret": ("PUT", f"{SCRIPT}/secrets"),
    "bindings": ("GET", f"{SCRIPT}/settings"),
    "enable_subdomain": ("POST", f"{SCRIPT}/subdomain"),
}


class Scripts(Resource):
    """A Worker: its settings, its secrets and its subdomain."""

    def do_service(self, _: Request, name: str) -> dict[str, Any]:
        script = self.script(name)
        found = {"id": name, "tag": script.tag, "tags": script.tags, "last_deployed_from": script.last_deployed_from}
        return {"id": name, "default_environment": {"environment": "production", "script": found}}

    def do_beta_worker(self, _: Request, name: str) -> dict[str, Any]:
        script = self.script(name)
        return {
            "id": script.tag,
            "name": name,
            "subdomain": {"enabled": script.subdomain, "previews_enabled": script.previews},
        }

    def do_settings(self, request: Request, name: str) -> dict[str, Any]:
        self.script(name).tags = request.get_json().get("tags") or []
        return request.get_json()

    def do_secrets(self, _: Request, name: str) -> list[dict[str, str]]:
        return [{"name": key, "type": "secret_text"} for key in self.script(name).secrets]

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
        script = self.script(name)
        bindings = described(script, script.current)["resources"]["bindings"] if script.deployments else []
        return {"bindings": bindings}

    def do_enable_subdomain(self, request: Request, name: str) -> dict[str, bool]:
        script, wanted = self.script(name), request.get_json()
        script.subdomain, script.previews = wanted["enabled"], wanted.get("previews_enabled", wanted["enabled"])
        return {"enabled": script.subdomain, "previews_enabled": script.previews}
