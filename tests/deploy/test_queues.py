"""The step of `embedder deploy` that creates queues, with the pinned wrangler against the emulated API."""

import pytest

from tests.deploy import fake_api
from tests.deploy.account import ACCOUNT
from tests.deploy.fake_api import TOKEN, Fault
from tools.deploy.commands import Commands
from tools.deploy.plan import DeployError, Wanted
from tools.deploy.steps import Deployment, Dialog

pytestmark = pytest.mark.extended


@pytest.fixture
def api(monkeypatch, tmp_path):
    with fake_api.serve() as (found, url):
        variables = {"CLOUDFLARE_API_BASE_URL": url, "CLOUDFLARE_API_TOKEN": TOKEN, "HOME": str(tmp_path)}
        for name, value in {**variables, "XDG_CONFIG_HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        yield found


def create(folder, said):
    runner = Commands(folder)
    runner.account = ACCOUNT
    wanted = Wanted("embedder", None, {}, wants_keys=False, queues=("embedder-ingest", "embedder-failed"))
    Deployment(wanted, runner, Dialog(lambda *_: True, said.append)).queues()


def test_only_the_queues_that_are_missing_are_created(api, prepared, tmp_path):  # noqa: ARG001
    api.state.queues["embedder-ingest"] = []
    said = []
    create(tmp_path, said)
    assert said == ["queues: embedder-ingest exists.", "queues: embedder-failed was created."]
    assert sorted(api.state.queues) == ["embedder-failed", "embedder-ingest"]
    assert api.unknown == []


def test_a_failure_of_the_api_is_not_taken_for_a_missing_queue(api, prepared, tmp_path):  # noqa: ARG001
    api.fail("list_queues", Fault(403, 10000, "Authentication error"))
    with pytest.raises(DeployError, match="Step queues: "):
        create(tmp_path, [])
    assert "create_queue" not in api.calls
