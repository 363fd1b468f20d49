"""Replaces a key without a failed request: add the new one, move the clients, remove the old one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embedder_cli.keys import entries
from embedder_cli.keys.entries import Entry
from tools.deploy.plan import KEYS_SECRET, DeployError
from tools.deploy.steps import Deployment, Dialog

_PREVIOUS = "-previous"


def previous(name: str) -> str:
    """Return the name of the old key during a rotation: it shows in the log who still uses it."""
    return name[: entries.MAX_NAME_CHARS - len(_PREVIOUS)] + _PREVIOUS


def added(present: Sequence[Entry], name: str, key: str, expires: str | None) -> list[Entry]:
    """Return the entries with a new key, which may do what the old one may. Raises DeployError."""
    old = [item for item in present if item["name"] == name]
    if not old:
        known = ", ".join(sorted({item["name"] for item in present}))
        raise DeployError(f"Step add: {KEYS_SECRET} has no key {name}; it has {known}.")
    if any(item["name"] == previous(name) for item in present):
        raise DeployError(f"Step add: {previous(name)} exists: a rotation is under way. End it with --finish.")
    if any(item["sha256"].lower() == entries.digest(key) for item in present):
        raise DeployError("Step add: EMBEDDER_KEY is a key that the service has already; set it to the new one.")
    if len(old) > 1:
        raise DeployError(f"Step add: {KEYS_SECRET} has several keys {name}. Give each a name of its own first.")
    made = {**old[0], "sha256": entries.digest(key)}
    made.pop("expires", None)
    new = {**made, "expires": expires} if expires else made
    entries.check(new, "The new key")
    renamed = [{**item, "name": previous(name)} if item["name"] == name else item for item in present]
    return [new, *renamed]


def removed(present: Sequence[Entry], name: str) -> list[Entry]:
    """Return the entries without the old key. Raises DeployError."""
    rest = [item for item in present if item["name"] != previous(name)]
    if len(rest) == len(present):
        raise DeployError(f"Step remove: {KEYS_SECRET} has no key {previous(name)}; begin without --finish.")
    if not any(item["name"] == name for item in rest):
        raise DeployError(f"Step remove: {KEYS_SECRET} has no new key {name}, so the old one stays.")
    return rest


@dataclass
class Rotation:
    """One run. `present` are the entries that the service has; `keep` notes them whenever they change."""

    deployment: Deployment
    present: list[Entry]
    keep: Callable[[list[Entry]], None]
    name: str

    @property
    def dialog(self) -> Dialog:
        return self.deployment.dialog

    def add(self, key: str, expires: str | None) -> None:
        """Set the secret to the old and the new key."""
        wanted = added(self.present, self.name, key, expires)
        names = ", ".join(item["name"] for item in wanted)
        self.dialog.say(
            f"add: the secret {KEYS_SECRET} gets a new key {self.name}. The old one stays valid, as "
            f"{previous(self.name)}. The secret then has these names, and no other: {names}."
        )
        self.dialog.agree("add", f"Set the secret {KEYS_SECRET}, and deploy it at once?")
        self._put("add", wanted)

    def switched(self) -> bool:
        """Explain how to move the clients, and return whether all of them use the new key."""
        old = previous(self.name)
        self.dialog.say(
            f"switch: give the new key to the clients. The field `key` of the log shows who still uses {old}: "
            f'make wrangler ARGS="tail --format pretty --search {old}"'
        )
        if not self.dialog.unattended and self.dialog.confirm("Do all clients use the new key?", False):
            return True
        self.dialog.say(
            f"switch: both keys are valid. When all clients have moved: make rotate NAME={self.name} ARGS=--finish"
        )
        return False

    def remove(self) -> None:
        """Set the secret to the new key only."""
        wanted = removed(self.present, self.name)
        self.dialog.say(f"remove: requests with the old key {previous(self.name)} will be rejected with 401.")
        self.dialog.agree("remove", f"Set the secret {KEYS_SECRET} without it?")
        self._put("remove", wanted)
        self.dialog.say(f"remove: done. A rollback to an earlier version would bring {previous(self.name)} back.")

    def _put(self, step: str, wanted: list[Entry]) -> None:
        self.deployment.set_keys(step, entries.as_text(wanted))
        self.present = wanted
        self.keep(wanted)
