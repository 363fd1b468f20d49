"""Decisions of a deployment, made from what wrangler prints. Pure: text in, decisions out."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from embedder.settings import Settings, SettingsError
from embedder_cli.keys.entries import MIN_KEY_CHARS

DIMENSIONS = 768  # numbers in a vector of the model
METRIC = "cosine"
MAX_METADATA_INDEXES = 10  # of an index (Vectorize, Limits)
KEYS_SECRET = "API_KEYS"  # noqa: S105  # its name, not its value
_TYPES = ("string", "number", "boolean")
_OWN_NAME, _OWN_LIMITER = "embedder", "768300"  # of wrangler.toml as it is in the repository
# A Worker is this service if it has both bindings, and one of the variables.
_OWN_BINDINGS = {("AI", "ai"), ("CF_VERSION_METADATA", "version_metadata")}
_OWN_VARIABLES = {KEYS_SECRET, "METADATA_INDEXES", "AUTH", "MAX_TEXT_TOKENS"}


class DeployError(Exception):
    """The deployment can't continue; the message is one sentence to act on."""


@dataclass(frozen=True)
class Wanted:
    """What wrangler.toml asks for. Without an index there is nothing to create."""

    name: str
    index: str | None
    metadata_indexes: Mapping[str, str]
    wants_keys: bool
    account: str | None = None
    queues: tuple[str, ...] = ()
    shared_limiter: bool = False  # another Worker of the account may count in the same namespace

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Wanted":
        variables = config.get("vars", {})
        indexes = config.get("vectorize", [])
        limiters = {item.get("namespace_id") for item in config.get("ratelimits", [])}
        return cls(
            name=config["name"],
            index=indexes[0]["index_name"] if indexes else None,
            metadata_indexes=metadata_indexes(variables.get("METADATA_INDEXES", "")),
            wants_keys=variables.get("AUTH", "on") != "off",
            account=config.get("account_id"),
            queues=_queues(config.get("queues", {})),
            shared_limiter=config["name"] != _OWN_NAME and _OWN_LIMITER in limiters,
        )


@dataclass(frozen=True)
class Existing:
    """The Worker of this name, as it is on the account."""

    version: str | None = None  # that is deployed; None: no version is
    ours: bool = True
    has_keys: bool = False
    bindings: tuple[str, ...] = field(default=())


def check_variables(variables: Mapping[str, Any]) -> None:
    """Raise DeployError if the Worker would reject or ignore one of its variables, or if one must not be there."""
    try:
        checked = Settings.from_env(variables)
    except SettingsError as error:
        raise DeployError(f"[vars] of wrangler.toml: {error}") from error
    if checked.ignored:
        raise DeployError(f"[vars] of wrangler.toml: {checked.ignored}")
    if KEYS_SECRET in variables:
        raise DeployError(f"{KEYS_SECRET} is in wrangler.toml, where it is not secret. Remove it: it is a secret.")
    if checked.local_model:
        raise DeployError("LOCAL_MODEL is in [vars] of wrangler.toml. Remove it: only `make dev` has a local model.")


def _queues(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of all queues, each once."""
    consumers = config.get("consumers", [])
    named = [item["queue"] for item in (*config.get("producers", []), *consumers)]
    named += [item["dead_letter_queue"] for item in consumers if "dead_letter_queue" in item]
    return tuple(dict.fromkeys(named))


def has_queue(code: int, text: str) -> bool | None:
    """Return whether a queue exists, from `wrangler queues info`; None if the command failed for another reason."""
    return True if not code else False if re.search(r'Queue ".*" does not exist', text) else None


def metadata_indexes(text: object) -> dict[str, str]:
    """Read METADATA_INDEXES: KEY:TYPE, separated by commas."""
    if not isinstance(text, str):
        raise DeployError('METADATA_INDEXES in wrangler.toml must be text, such as "lang:string,year:number".')
    found: dict[str, str] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        key, _, kind = item.rpartition(":")
        if not key or kind not in _TYPES:
            raise DeployError(
                f"METADATA_INDEXES in wrangler.toml has {item!r}; each is KEY:TYPE of {', '.join(_TYPES)}."
            )
        if found.setdefault(key, kind) != kind:
            raise DeployError(f"METADATA_INDEXES in wrangler.toml has {key} with two types; remove one of them.")
    if len(found) > MAX_METADATA_INDEXES:
        raise DeployError(f"METADATA_INDEXES names {len(found)} keys; an index takes {MAX_METADATA_INDEXES}.")
    return found


def logged_out(whoami: str) -> bool:
    """Whether `wrangler whoami --json` reports that there is no login."""
    found = _json(whoami)
    return isinstance(found, dict) and found.get("loggedIn") is False


def account(whoami: str, chosen: str | None) -> tuple[str, str]:
    """Return id and name of the account to deploy to; DeployError if there is none, or a choice."""
    found = _json(whoami) or {}
    if not found.get("loggedIn"):
        raise DeployError(
            "Step login: wrangler is not logged in. Run `make wrangler ARGS=login`, or set CLOUDFLARE_API_TOKEN, and "
            "start again."
        )
    names = {item["id"]: item["name"] for item in found.get("accounts") or []}
    if chosen:
        return chosen, names.get(chosen, "")
    if len(names) == 1:
        return next(iter(names.items()))
    listed = ", ".join(f"{key} ({name})" for key, name in names.items()) or "none that it may list"
    raise DeployError(
        f"Step login: the login has {len(names)} accounts: {listed}. Set CLOUDFLARE_ACCOUNT_ID to one, and start again."
    )


def needs_index(listing: str, name: str) -> bool:
    """Return whether the index must be created; DeployError if one of this name can't hold the model's vectors."""
    configs = {item.get("name"): item.get("config", {}) for item in _json(listing) or []}
    if name not in configs:
        return True
    size, metric = configs[name].get("dimensions"), configs[name].get("metric")
    if (size, metric) != (DIMENSIONS, METRIC):
        raise DeployError(
            f"Step index: {name} exists with {size} dimensions and metric {metric}; the model needs {DIMENSIONS} and "
            f"{METRIC}. Set another index_name in wrangler.toml, and start again."
        )
    return False


def missing_metadata_indexes(listing: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the metadata indexes to create; DeployError if one exists with another type."""
    there = {item["propertyName"]: str(item["indexType"]).lower() for item in _json(listing) or []}
    for key, kind in wanted.items():
        if there.get(key, kind) != kind:
            raise DeployError(
                f"Step metadata indexes: {key} exists as {there[key]}, but METADATA_INDEXES has {kind}. "
                "Correct it in wrangler.toml, and start again."
            )
    return {key: kind for key, kind in wanted.items() if key not in there}


def current_version(status: str) -> str | None:
    """Return the version with most of the traffic, from `wrangler deployments status --json`."""
    versions = (_json(status) or {}).get("versions") or []
    return max(versions, key=lambda item: item["percentage"])["version_id"] if versions else None


def existing(version: str, view: str) -> Existing:
    """Return what a version is, from `wrangler versions view --json`."""
    bindings = ((_json(view) or {}).get("resources") or {}).get("bindings") or []
    kinds = {(item["name"], item["type"]) for item in bindings}
    names = {name for name, _ in kinds}
    ours = kinds >= _OWN_BINDINGS and bool(names & _OWN_VARIABLES)
    return Existing(version, ours, (KEYS_SECRET, "secret_text") in kinds, tuple(sorted(names)))


def has_keys(secrets: str) -> bool:
    """Return whether the JSON of `wrangler secret list` names API_KEYS."""
    return any(item.get("name") == KEYS_SECRET for item in _json(secrets) or [])


def check_key(key: str) -> str:
    """Return a key that was given; DeployError for one that the service would reject."""
    if len(key) < MIN_KEY_CHARS or not key.isascii() or "," in key or any(char.isspace() for char in key):
        raise DeployError(f"EMBEDDER_KEY must have {MIN_KEY_CHARS} or more characters, without commas and spaces.")
    return key


def deployed(lines: str) -> tuple[str | None, str | None]:
    """Return version and address, from the lines of wrangler's output file; no address if it has routes only."""
    for entry in (_json(line) for line in lines.splitlines()):
        if isinstance(entry, dict) and entry.get("type") == "deploy":
            targets = entry.get("targets") or []
            return entry.get("version_id"), next((item for item in targets if item.startswith("https://")), None)
    return None, None


def rolled_back_to(output: str) -> str | None:
    """Return the version that `wrangler rollback` has deployed; None if it printed none."""
    found = re.search(r"Current Version ID: (\S+)", output)
    return found[1] if found else None


def _json(text: str) -> Any:  # noqa: ANN401
    """Read JSON that may have other lines before it; None if there is none."""
    start = min((place for place in (text.find("["), text.find("{")) if place >= 0), default=0)
    try:
        return json.loads(text[start:])
    except ValueError:
        return None
