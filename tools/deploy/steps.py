"""The steps of a deployment, each of which can be repeated. First everything is looked at, then it is changed."""

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from embedder_cli.keys import entries
from tools.deploy import failures, plan
from tools.deploy.failures import Done, explain
from tools.deploy.plan import DeployError, Existing, Wanted

_KEY_NAME = "default"
_TOP_LEVEL = "--env="  # the production environment: without this wrangler warns that it had to guess


class Runner(Protocol):
    """Runs a command of the pinned tool chain. With `show`, print its output while it runs."""

    account: str | None

    def run(
        self, command: Sequence[str], *, show: bool = False, secrets: Mapping[str, str] | None = None, typed: str = ""
    ) -> Done: ...
    def deployed(self) -> str:
        """Return the lines in which wrangler noted what it deployed."""


@dataclass(frozen=True)
class Dialog:
    """Questions and messages to the user. `unattended`: every question is answered with yes."""

    confirm: Callable[[str, bool], bool]
    say: Callable[[str], None]
    unattended: bool = False
    overwrite: bool = False

    def agree(self, step: str, question: str, *, default: bool = True) -> None:
        if not self.unattended and not self.confirm(question, default):
            raise DeployError(f"Step {step}: stopped as you wished; start again to continue.")


@dataclass
class Deployment:
    """One run. `key` is the service's key as far as it is known."""

    wanted: Wanted
    runner: Runner
    dialog: Dialog
    key: str | None = None
    address: str | None = None
    version: str | None = None
    before: Existing = field(default_factory=Existing)
    new_key: str | None = None  # that was made in this run
    uploading: bool = False

    def run(self) -> None:
        """Do every step that needs an account; DeployError at the first that can't be done."""
        self.login()
        self.worker()
        keys = self.keys() if self.wanted.wants_keys else {}
        if self.wanted.index:
            self.metadata_indexes(self.wanted.index, new=self.index(self.wanted.index))
        self.queues()
        self.deploy(keys)

    def login(self) -> None:
        """Find the account, once: every later command gets its id."""
        chosen = os.environ.get("CLOUDFLARE_ACCOUNT_ID") or self.wanted.account
        done = self.runner.run(["wrangler", "whoami", "--json"])
        if chosen and done.api_code == failures.NOT_ALLOWED:
            account, name = chosen, ""  # a token for CI need not be allowed to list accounts
        elif done.code and not plan.logged_out(done.output):
            raise explain("login", done)
        else:
            account, name = plan.account(done.output, chosen)
        self.runner.account = account
        self.dialog.say(f"login: account {name or account}.")

    def worker(self) -> None:
        """Look at the Worker of this name. One that is not this service is not overwritten without a question."""
        name = self.wanted.name
        self.before = self._existing()
        if self.wanted.shared_limiter:
            self.dialog.say(
                "worker: namespace_id of [[ratelimits]] in wrangler.toml is the one of a Worker named embedder. "
                "Two Workers of an account with one namespace_id share their counters; choose another number."
            )
        if not self.before.ours:
            self._overwrite(", ".join(self.before.bindings) or "none")
        self.dialog.say(f"worker: {name} {'exists' if self.before.version else 'is new'}.")

    def _overwrite(self, bindings: str) -> None:
        name = self.wanted.name
        problem = f"A Worker {name} exists that is not this service (its bindings: {bindings})."
        if self.dialog.overwrite:
            return
        if self.dialog.unattended:
            raise DeployError(
                f"Step worker: {problem} Set another name in wrangler.toml, or allow it with --overwrite, and start "
                "again."
            )
        self.dialog.agree("worker", f"{problem} Overwrite it?", default=False)

    def _existing(self) -> Existing:
        status = self.runner.run(["wrangler", "deployments", "status", "--json", _TOP_LEVEL])
        if failures.no_worker(status):
            return Existing()
        if failures.no_deployment(status):
            return Existing(has_keys=plan.has_keys(self._wrangler("worker", "secret", "list", _TOP_LEVEL)))
        version = plan.current_version(status.output)
        if status.code or not version:
            raise explain("worker", status)
        view = self._wrangler("worker", "versions", "view", version, "--json", _TOP_LEVEL)
        return plan.existing(version, view)

    def keys(self) -> dict[str, str]:
        """Return the secret to upload with the Worker: a key where there is none yet."""
        if self.before.has_keys:
            self.dialog.say(f"keys: the secret {plan.KEYS_SECRET} exists.")
            return {}
        if self.dialog.unattended and not self.key:
            raise DeployError(
                f"Step keys: the service has no {plan.KEYS_SECRET} yet, and a new key must not end up in a log. Set "
                "EMBEDDER_KEY to a random key of 16 or more characters, and start again."
            )
        if self.key:
            plan.check_key(self.key)
        source = "EMBEDDER_KEY" if self.key else "a new key"
        self.dialog.agree("keys", f"Set the secret {plan.KEYS_SECRET} to {source}?")
        if not self.key:
            self.key = self.new_key = entries.new_key()
        return {plan.KEYS_SECRET: entries.as_text([entries.entry(_KEY_NAME, self.key)])}

    def set_keys(self, step: str, value: str) -> None:
        """Set the secret of a Worker that exists. wrangler deploys it as a new version at once."""
        done = self.runner.run(["wrangler", "secret", "put", plan.KEYS_SECRET, _TOP_LEVEL], typed=value)
        if done.code:
            raise explain(step, done)

    def index(self, name: str) -> bool:
        """Create the index if there is none, and return whether it is new."""
        listing = self._wrangler("index", "vectorize", "list", "--json")
        if not plan.needs_index(listing, name):
            self.dialog.say(f"index: {name} exists.")
            return False
        self.dialog.agree("index", f"Create the Vectorize index {name} ({plan.DIMENSIONS} dimensions, {plan.METRIC})?")
        size = f"--dimensions={plan.DIMENSIONS}"
        self._wrangler("index", "vectorize", "create", name, size, f"--metric={plan.METRIC}")
        self.dialog.say(f"index: {name} was created.")
        return True

    def metadata_indexes(self, name: str, *, new: bool) -> None:
        """Create missing metadata indexes. They don't contain vectors that were written before."""
        if not self.wanted.metadata_indexes:
            return self.dialog.say("metadata indexes: METADATA_INDEXES in wrangler.toml names none.")
        listing = self._wrangler("metadata indexes", "vectorize", "list-metadata-index", name, "--json")
        missing = plan.missing_metadata_indexes(listing, self.wanted.metadata_indexes)
        if not missing:
            return self.dialog.say("metadata indexes: all exist.")
        listed = ", ".join(f"{key} ({kind})" for key, kind in missing.items())
        self.dialog.agree("metadata indexes", f"Create the metadata indexes {listed}?")
        for key, kind in missing.items():
            options = (f"--propertyName={key}", f"--type={kind}")
            self._wrangler("metadata indexes", "vectorize", "create-metadata-index", name, *options)
        self.dialog.say(f"metadata indexes: {listed} were created.")
        if not new:
            self.dialog.say("  Filters do not find vectors that were written before: write those again.")
        return None

    def queues(self) -> None:
        """Create the queues that wrangler.toml names and the account does not have."""
        for name in self.wanted.queues:
            done = self.runner.run(["wrangler", "queues", "info", name])
            exists = plan.has_queue(done.code, done.text)
            if exists is None:
                raise explain("queues", done)
            if not exists:
                self.dialog.agree("queues", f"Create the queue {name}?")
                self._wrangler("queues", "queues", "create", name)
            self.dialog.say(f"queues: {name} {'exists' if exists else 'was created'}.")

    def deploy(self, keys: Mapping[str, str]) -> None:
        """Upload code and secrets together, and read what wrangler noted."""
        self.dialog.agree("deploy", f"Deploy the Worker {self.wanted.name}?")
        self.uploading = True
        done = self.runner.run(["pywrangler", "deploy", _TOP_LEVEL], show=True, secrets=keys)
        if done.code:
            raise explain("deploy", done)
        self.version, self.address = plan.deployed(self.runner.deployed())
        self.dialog.say(f"deploy: done{f', at {self.address}' if self.address else ''}.")

    def rollback(self, version: str | None = None) -> str | None:
        """Deploy an earlier version again: the given one, or the one before the current one. Return its id."""
        chosen = [version] if version else []
        options = (_TOP_LEVEL, "--yes", "--message=make deploy ARGS=--rollback")
        output = self._wrangler("rollback", "rollback", *chosen, *options)
        found = plan.rolled_back_to(output)
        self.dialog.say(f"rollback: version {found or 'before the current one'} is deployed again.")
        return found

    def key_was_set(self) -> bool:
        """Whether a deployment that failed has set the secret nevertheless."""
        with contextlib.suppress(DeployError):
            return self.uploading and self._existing().has_keys
        return self.uploading

    def _wrangler(self, step: str, *arguments: str) -> str:
        done = self.runner.run(["wrangler", *arguments])
        if done.code:
            raise explain(step, done)
        return done.output
