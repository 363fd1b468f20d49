"""Deployments that fail, with the real wrangler: one sentence, status 1, and the same command continues."""

import re

import pytest

from tests.deploy import account
from tests.deploy.resources.base import Fault
from tests.tools.test_deploy import default_key

pytestmark = pytest.mark.extended


def sentence(done, step):
    """Return the one line on stderr, which names the step."""
    assert done.returncode == 1, done.stdout + done.stderr
    found = re.fullmatch(rf"deploy: Step {step}: (.*)\n", done.stderr)
    assert found, done.stderr
    return found[1]


def test_a_token_that_is_not_valid(rehearsal):
    rehearsal.environment = {"CLOUDFLARE_API_TOKEN": "x" * 40}
    said = sentence(rehearsal.deploy("--yes"), "login")
    assert said.startswith("Cloudflare rejects the login (Invalid access token). Make a new token at https://")


def test_nobody_is_logged_in(rehearsal):
    rehearsal.environment = {"CLOUDFLARE_API_TOKEN": ""}
    assert sentence(rehearsal.deploy("--yes"), "login").startswith(
        "wrangler is not logged in. Run `make wrangler ARGS=login`"
    )


def test_an_api_that_can_not_be_reached(rehearsal):
    rehearsal.environment = {"CLOUDFLARE_API_BASE_URL": "http://127.0.0.1:1/client/v4"}
    assert sentence(rehearsal.deploy("--yes"), "login").startswith("the Cloudflare API can't be reached.")


def test_several_accounts(rehearsal):
    rehearsal.api.state.names["2" * 32] = "Other"
    said = sentence(rehearsal.deploy("--yes"), "login")
    assert said.startswith(f"the login has 2 accounts: {account.ACCOUNT} (Example), {'2' * 32} (Other).")


def test_a_token_without_a_permission(rehearsal):
    rehearsal.api.fail("list_indexes", Fault(403, 10000, "Authentication error"))
    said = sentence(rehearsal.deploy("--yes"), "index")
    assert said.startswith("the login lacks a permission (Authentication error). Give the token Vectorize: Edit")
    assert rehearsal.changes == []


def test_no_key_for_a_first_deployment_without_a_user(rehearsal):
    rehearsal.environment = {"EMBEDDER_KEY": ""}
    assert "Set EMBEDDER_KEY to a random key" in sentence(rehearsal.deploy("--yes"), "keys")
    assert rehearsal.changes == []


def test_an_index_of_other_dimensions_on_the_account_of_the_login(rehearsal):
    """wrangler remembers an account of an earlier login; it is not used."""
    remembered = rehearsal.home / "cache" / "wrangler-account.json"
    remembered.parent.mkdir()
    remembered.write_text('{"account": {"id": "%s", "name": "Before"}}' % ("9" * 32))
    rehearsal.with_index(1024)
    done = rehearsal.deploy("--yes")
    assert "login: account Example." in done.stdout
    assert sentence(done, "index").startswith("embedder exists with 1024 dimensions")
    assert rehearsal.changes == []


def test_a_worker_of_somebody_else(rehearsal):
    script = account.existing_script({"AI": "ai", "DB": "d1", "API_KEYS": "secret_text"})
    rehearsal.api.state.scripts["embedder"] = script
    said = sentence(rehearsal.deploy("--yes"), "worker")
    assert said.startswith("A Worker embedder exists that is not this service (its bindings: AI, API_KEYS, DB).")
    assert rehearsal.changes == []


KEY_SHOWN = re.compile(r"^keys: The key of your clients: (\S+)$", re.MULTILINE)
UPLOADS = {
    "account_subdomain": (
        Fault(404, 10007, "You do not have a workers.dev subdomain."),
        rf"the account has no workers\.dev subdomain\. Register one at \S+/{account.ACCOUNT}/workers/onboarding",
    ),
    "assets_session": (
        Fault(400, 10139, "Asset too large"),
        r"Cloudflare rejects the files in public/ \(Asset too large\)",
    ),
    "upload": (
        Fault(400, 10021, "Error: Script startup exceeded CPU time limit."),
        r"Cloudflare can't start the Worker \(Error: Script startup exceeded CPU time limit\)",
    ),
}
TOO_LARGE = Fault(413, 10027, "workers.api.error.script_too_large"), r"the Worker is too large for the plan"
BROKEN = Fault(500, 10013, "workers.api.error.unknown"), r"wrangler failed: workers.api.error.unknown \(code 10013\)"


def test_failed_uploads_one_after_the_other_then_one_that_succeeds(rehearsal):
    """Each run starts from what the one before it left. The last meets one answer with status 500, and succeeds.

    A new key is shown only then: every failed run would have shown another one.
    """
    rehearsal.environment = {"EMBEDDER_KEY": ""}
    for name, (fault, says) in [*UPLOADS.items(), ("upload", TOO_LARGE), ("upload", BROKEN)]:
        rehearsal.api.fail(name, fault)
        done = rehearsal.deploy(typed="y\ny\ny\n")
        assert re.search(says, sentence(done, "deploy"))
        assert not KEY_SHOWN.search(done.stdout)
        assert rehearsal.api.state.scripts == {}
    rehearsal.api.fail("upload", Fault(500, 10013, "workers.api.error.unknown", times=1))
    done = rehearsal.deploy(typed="y\ny\n")
    [key] = KEY_SHOWN.findall(done.stdout)
    assert rehearsal.script.secrets == {"API_KEYS": default_key(key)}
    assert done.stdout.index("deploy: done, at https://embedder.example.workers.dev.") < done.stdout.index(key)
    assert rehearsal.traces(key) == []
    assert rehearsal.changes.count("create_index") == 1
