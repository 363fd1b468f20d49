"""Turns a failed command of wrangler into one sentence: the cause, and the next step. Pure: text in, sentence out."""

import re
from dataclasses import dataclass

import click

from tools.deploy.plan import DeployError

_AGAIN = "start again"
_TOKENS = "https://dash.cloudflare.com/profile/api-tokens"
# what a token must be allowed to do, by step (developers.cloudflare.com/fundamentals/api/reference/permissions)
_PERMISSIONS = {
    "login": "Account Settings: Read",
    "index": "Vectorize: Edit",
    "metadata indexes": "Vectorize: Edit",
    "queues": "Queues: Edit",
}
_NOT_AUTHENTICATED = (1000, 6003, 9106, 9109, 10001)
NOT_ALLOWED = 10000
_NO_WORKER = (10007, 10090)
_REJECTED_AT_START = 10021
_TOO_LARGE = 10027
# lines of wrangler without the cause
_NOISE = re.compile(r"^(If you think this is a bug|🪵|A request to the Cloudflare API|WARNING|Common causes|$)")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    output: str = ""
    errors: str = ""

    @property
    def text(self) -> str:
        return click.unstyle(f"{self.output}\n{self.errors}")

    @property
    def api_code(self) -> int | None:
        """The code of the API's last error."""
        found = re.findall(r"\[code: (\d+)\]", self.text)
        return int(found[-1]) if found else None

    @property
    def reason(self) -> str:
        """The cause that wrangler printed, in one line."""
        text = self.text
        if named := re.findall(r"^\W*(.+?)\.? \[code: \d+\]", text, re.MULTILINE):
            return str(named[-1])
        lines = [line.strip() for line in text.split("[ERROR]")[-1].splitlines()]
        return next((line for line in lines if not _NOISE.match(line)), "it printed no reason").rstrip(".")


def no_worker(done: Done) -> bool:
    """Whether the command failed because there is no Worker of this name."""
    return bool(done.code) and done.api_code in _NO_WORKER


def no_deployment(done: Done) -> bool:
    """Whether the command failed because the Worker has no deployed version: it has secrets only."""
    return bool(done.code) and "has no deployments" in done.text


def explain(step: str, done: Done) -> DeployError:
    """Return the error that ends the deployment in this step."""
    return DeployError(f"Step {step}: {_sentence(step, done)}")


def _sentence(step: str, done: Done) -> str:
    reason, code, text = done.reason, done.api_code, done.text
    if code in _NOT_AUTHENTICATED:
        return (
            f"Cloudflare rejects the login ({reason}). Make a new token at {_TOKENS} and set CLOUDFLARE_API_TOKEN, or "
            f"unset it and run `make wrangler ARGS=login`; then {_AGAIN}."
        )
    if code == NOT_ALLOWED:
        permission = _PERMISSIONS.get(step, "Workers Scripts: Edit")
        return (
            f"the login lacks a permission ({reason}). Give the token {permission} for this account at {_TOKENS}, "
            f"and {_AGAIN}."
        )
    if found := re.search(r"https://dash\.cloudflare\.com/\w+/workers/onboarding", text):
        return f"the account has no workers.dev subdomain. Register one at {found[0]}, and {_AGAIN}."
    if "Could not find stable Worker Version" in text:
        return "there is no earlier version to go back to. Correct src/, and deploy again."
    if "fetch failed" in text:
        return f"the Cloudflare API can't be reached. Check the network and HTTPS_PROXY, and {_AGAIN}."
    return _of_the_upload(reason, code, text)


def _of_the_upload(reason: str, code: int | None, text: str) -> str:
    if code == _REJECTED_AT_START:
        return (
            f"Cloudflare can't start the Worker ({reason}), and keeps the version before it. "
            f"`pytest tests/runtime/worker/test_snapshot.py` starts it the same way. Correct src/, and {_AGAIN}."
        )
    if code == _TOO_LARGE:
        return (
            f"the Worker is too large for the plan of the account ({reason}). Remove packages from [project] "
            f"dependencies in pyproject.toml, and {_AGAIN}."
        )
    if "/assets-upload-session" in text or "/assets/upload" in text:
        return f"Cloudflare rejects the files in public/ ({reason}). Correct or remove them, and {_AGAIN}."
    shown = f"{reason} (code {code})" if code else reason
    return f"wrangler failed: {shown}. If the cause is not on your side, wait a minute; {_AGAIN}."
