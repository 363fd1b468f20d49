"""What a Cloudflare account holds, as far as a deployment is concerned."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request

ACCOUNT = "0" * 31 + "1"


@dataclass
class Script:
    """A Worker: its versions by id (metadata and parts as uploaded), and which are deployed, latest first."""

    tag: str = field(default_factory=lambda: uuid.uuid4().hex)
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    last_deployed_from: str = "wrangler"
    subdomain: bool = False
    previews: bool = False

    @property
    def current(self) -> str:
        """The id of the version that is deployed."""
        return self.deployments[0]["versions"][0]["version_id"]


@dataclass
class Account:
    """Everything that the API keeps."""

    names: dict[str, str] = field(default_factory=lambda: {ACCOUNT: "Example"})
    subdomain: str | None = "example"
    indexes: dict[str, dict[str, Any]] = field(default_factory=dict)
    metadata_indexes: dict[str, dict[str, str]] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    queues: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # (id, body) of each message, by name
    assets: set[str] = field(default_factory=set)
    manifest: dict[str, Any] = field(default_factory=dict)


def existing_script(bindings: dict[str, str]) -> Script:
    """Return a Worker with one deployed version and these bindings, by name: the type of each."""
    script = Script(secrets={name: "" for name, kind in bindings.items() if kind == "secret_text"})
    shown = [{"name": name, "type": kind} for name, kind in bindings.items()]
    version = str(uuid.uuid4())
    script.versions[version] = {"metadata": {"bindings": shown}, "parts": {}, "created_on": now()}
    activate(script, version, {})
    return script


def keep(script: Script, request: Request) -> str:
    """Keep an upload as a version, and return its id."""
    metadata = json.loads(request.form["metadata"])
    parts = {name: (part.content_type, part.read()) for name, part in request.files.items()}
    for binding in metadata["bindings"]:
        if binding["type"] == "secret_text":
            script.secrets[binding["name"]] = binding["text"]
    version = str(uuid.uuid4())
    script.versions[version] = {"metadata": metadata, "parts": parts, "created_on": now()}
    return version


def activate(script: Script, version: str, annotations: dict[str, str]) -> dict[str, Any]:
    deployment = {
        "id": str(uuid.uuid4()),
        "source": "wrangler",
        "strategy": "percentage",
        "author_email": "someone@example.com",
        "created_on": now(),
        "annotations": annotations,
        "versions": [{"version_id": version, "percentage": 100}],
    }
    script.deployments.insert(0, deployment)
    return deployment


def described(script: Script, version: str) -> dict[str, Any]:
    kept = script.versions[version]
    bindings = [item for item in kept["metadata"]["bindings"] if item["type"] != "secret_text"]
    return {
        "id": version,
        "number": list(script.versions).index(version) + 1,
        "metadata": {"created_on": kept["created_on"], "author_email": "someone@example.com", "source": "wrangler"},
        "annotations": kept["metadata"].get("annotations", {}),
        "resources": {
            "bindings": [*bindings, *({"name": name, "type": "secret_text"} for name in script.secrets)],
            "script": {"etag": version, "handlers": ["fetch"]},
            "script_runtime": {},
        },
    }


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
