"""The steps of a deployment, each of which can be repeated: look, ask, act. Commands go through a runner."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from embedder_cli.deploy import plan
from embedder_cli.deploy.plan import DeployError, Wanted

_KEY_BYTES = 32
_KEY_NAME = "default"
_UNKNOWN_WORKER = "not found"
_TOP_LEVEL = ("--env=",)  # the production environment: without this wrangler warns that it had to guess


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    output: str = ""
    errors: str = ""


class Runner(Protocol):
    """Runs a command of the pinned tool chain. A `loud` one shows its output as it comes."""

    def run(self, command: Sequence[str], *, stdin: str | None = None, loud: bool = False) -> Done: ...
    def deployed(self) -> str:
        """Return the lines in which wrangler noted what it deployed."""


@dataclass
class Deployment:
    """One run. `ask` returns whether to do a thing, `say` tells; `key` is the service's key as far as it is known."""

    wanted: Wanted
    runner: Runner
    ask: Callable[[str], bool]
    say: Callable[[str], None]
    key: str | None = None
    address: str | None = None
    created: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Do every step that needs an account; DeployError at the first that can't be done."""
        self.login()
        if self.wanted.index:
            self.index(self.wanted.index)
            self.metadata_indexes(self.wanted.index)
        if self.wanted.wants_keys:
            self.keys()
        self.deploy()

    def login(self) -> None:
        if not plan.is_logged_in(self.runner.run(["wrangler", "whoami", "--json"]).output):
            raise DeployError(
                "Step login: no Cloudflare account. Run `make wrangler ARGS=login`, or set CLOUDFLARE_API_TOKEN, "
                "and start again."
            )
        self.say("login: an account is there.")

    def index(self, name: str) -> None:
        listing = self._wrangler("index", "vectorize", "list", "--json")
        if not plan.needs_index(listing, name):
            return self.say(f"index: {name} is there and fits.")
        self._agree("index", f"Create the Vectorize index {name} ({plan.DIMENSIONS} dimensions, {plan.METRIC})?")
        size = f"--dimensions={plan.DIMENSIONS}"
        self._wrangler("index", "vectorize", "create", name, size, f"--metric={plan.METRIC}")
        self.created.append(name)
        return self.say(f"index: {name} was created.")

    def metadata_indexes(self, name: str) -> None:
        """A metadata index does not know the vectors that were written before it."""
        if not self.wanted.metadata_indexes:
            return self.say("metadata indexes: METADATA_INDEXES in wrangler.toml names none.")
        listing = self._wrangler("metadata indexes", "vectorize", "list-metadata-index", name, "--json")
        missing = plan.missing_metadata_indexes(listing, self.wanted.metadata_indexes)
        if not missing:
            return self.say("metadata indexes: all are there.")
        spoken = ", ".join(f"{key} ({kind})" for key, kind in missing.items())
        self._agree("metadata indexes", f"Create the metadata indexes {spoken}?")
        for key, kind in missing.items():
            options = (f"--propertyName={key}", f"--type={kind}")
            self._wrangler("metadata indexes", "vectorize", "create-metadata-index", name, *options)
        self.say(f"metadata indexes: {spoken} were created.")
        if name not in self.created:
            self.say("  Filters do not find the vectors that were written before: write those again.")
        return None

    def keys(self) -> None:
        """Make a key where there is none. It is shown once: a secret can't be read back."""
        if self._has_keys():
            return self.say(f"keys: the secret {plan.KEYS_SECRET} is there.")
        self._agree("keys", f"Set the secret {plan.KEYS_SECRET} with {'EMBEDDER_KEY' if self.key else 'a new key'}?")
        given, key = self.key, plan.check_key(self.key or secrets.token_urlsafe(_KEY_BYTES))
        self._wrangler("keys", "secret", "put", plan.KEYS_SECRET, stdin=f"{_KEY_NAME}:{key}")
        self.key = key
        shown = "EMBEDDER_KEY" if given else f"{key}\n  It is not shown again; keep it."
        return self.say(f"keys: the secret {plan.KEYS_SECRET} is set. The key of your clients: {shown}")

    def _has_keys(self) -> bool:
        done = self.runner.run(["wrangler", "secret", "list", *_TOP_LEVEL])
        if done.code and _UNKNOWN_WORKER not in done.output + done.errors:
            raise _failed("keys", done)
        return not done.code and plan.has_keys(done.output)

    def deploy(self) -> None:
        self._agree("deploy", f"Deploy the Worker {self.wanted.name}?")
        done = self.runner.run(["pywrangler", "deploy", *_TOP_LEVEL], loud=True)
        if done.code:
            raise _failed("deploy", done)
        self.address = plan.address(self.runner.deployed())
        self.say(f"deploy: done{f', at {self.address}' if self.address else ''}.")

    def _wrangler(self, step: str, *arguments: str, stdin: str | None = None) -> str:
        where = _TOP_LEVEL if arguments[0] == "secret" else ()
        done = self.runner.run(["wrangler", *arguments, *where], stdin=stdin)
        if done.code:
            raise _failed(step, done)
        return done.output

    def _agree(self, step: str, question: str) -> None:
        if not self.ask(question):
            raise DeployError(f"Step {step}: stopped as you wished; start again to go on.")


def _failed(step: str, done: Done) -> DeployError:
    lines = [line for line in (done.errors or done.output).splitlines() if line.strip()]
    said = "\n".join(lines[-6:]) or "it said nothing"
    return DeployError(f"Step {step}: wrangler ended with code {done.code}:\n{said}")
