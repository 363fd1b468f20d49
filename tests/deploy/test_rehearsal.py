"""A deployment from beginning to end, with the real wrangler: first, again, checked, rolled back."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import openai
import pytest
import requests

from tests.deploy import fake_api
from tests.deploy.account import ACCOUNT, Script
from tests.deploy.conftest import KEY, Rehearsal
from tests.deploy.fake_api import TOKEN
from tests.tools.test_deploy import default_key

MODEL = "@cf/google/embeddinggemma-300m"
STORIES = [
    "This is a story about an orange cloud",
    "This is a story about a llama",
    "This is a story about a hugging emoji",
]
NEW_VERSION = re.compile(r"^The new version fails its check\. Go back to version (\S+)\? \[Y/n\]:", re.MULTILINE)


@dataclass
class First:
    """The first deployment to an account, and what came of it."""

    rehearsal: Rehearsal
    done: "CompletedProcess[str]"
    version: str
    upload: dict


@pytest.fixture(scope="module")
def first(checkout: Path, prepared: Path, run_upload, tmp_path_factory: pytest.TempPathFactory) -> Iterator[First]:
    shutil.copy2(prepared / "wrangler.toml", checkout / "wrangler.toml")
    with fake_api.serve() as (api, url):
        rehearsal = Rehearsal(api, url, checkout, tmp_path_factory.mktemp("home"))
        rehearsal.configure('^METADATA_INDEXES = ""', 'METADATA_INDEXES = "lang:string, year:number"')
        uploads = []

        def serve(name: str) -> None:
            if name == "upload":
                version = rehearsal.script.current
                uploads.append((version, rehearsal.script.versions[version]))
                api.service = run_upload(uploads[0][1], version)

        api.watch = serve
        done = rehearsal.deploy("--yes")
        yield First(rehearsal, done, *uploads[0])


@pytest.fixture
def call(first):
    """Send a request to the service, with its key."""

    def post(path, body):
        headers = {"authorization": f"Bearer {KEY}"}
        return requests.post(first.rehearsal.api.service + path, json=body, headers=headers, timeout=60)

    return post


def test_the_first_deployment_creates_everything_and_passes_its_check(first):
    state = first.rehearsal.api.state
    assert first.done.returncode == 0, first.done.stdout + first.done.stderr
    assert state.indexes["embedder"]["config"] == {"dimensions": 768, "metric": "cosine"}
    assert state.metadata_indexes == {"embedder": {"lang": "String", "year": "Number"}}
    script = state.scripts["embedder"]
    assert script.secrets == {"API_KEYS": default_key(KEY)}
    assert (script.subdomain, script.previews) == (True, False)
    assert "/docs.html" in state.manifest


def test_the_key_and_the_token_are_in_no_output_and_no_log(first):
    assert KEY not in first.done.stdout + first.done.stderr
    assert first.rehearsal.traces(KEY) == []
    assert first.rehearsal.traces(TOKEN) == []


def test_nothing_of_the_deployment_stays_on_the_machine(first):
    """See test_interruptions for the secrets file of a deployment that is stopped, and its mode."""
    assert list(first.rehearsal.home.rglob("*.json")) == [first.rehearsal.home / ".wrangler" / "metrics.json"]


def test_the_upload_holds_python_and_javascript_and_no_package_data(first):
    parts = first.upload["parts"]
    assert first.upload["metadata"]["main_module"] == "entry.py"
    assert parts["bindings/calls/call_ai.js"][0] == "application/javascript+module"
    assert parts["entry.py"][0] == "text/x-python"
    assert not any(re.search(r"\.pyi$|dist-info|\.synced$|py\.typed$", name) for name in parts)


def test_every_answer_names_the_version_that_gave_it(first, call):
    health = requests.get(first.rehearsal.api.service + "/health", timeout=60)
    rejected = requests.post(first.rehearsal.api.service + "/embed", json={"text": "a"}, timeout=60)
    answers = [health, rejected, call("/embed", {"text": "a"})]
    assert [answer.status_code for answer in answers] == [200, 401, 200]
    assert {answer.headers["x-embedder-version"] for answer in answers} == {first.version}


def test_what_was_uploaded_answers_one_text(call, recorded):
    answer = call(f"/client/v4/accounts/{ACCOUNT}/ai/run/{MODEL}", {"text": STORIES[0]})
    assert answer.json()["result"] == {"shape": [1, 768], "data": [recorded[STORIES[0]]]}


def test_what_was_uploaded_answers_an_array_of_texts(call, recorded):
    answer = call("/embed", {"text": STORIES})
    assert answer.json() == {"shape": [3, 768], "data": [recorded[text] for text in STORIES]}


def test_what_was_uploaded_answers_the_client_of_openai(first, recorded):
    client = openai.OpenAI(base_url=f"{first.rehearsal.api.service}/v1", api_key=KEY)
    answer = client.embeddings.create(model=MODEL, input=STORIES[1])
    assert answer.data[0].embedding == pytest.approx(recorded[STORIES[1]], abs=1e-7)


@pytest.mark.extended
def test_a_second_deployment_creates_nothing(first):
    rehearsal = first.rehearsal
    before = len(rehearsal.changes)
    done = rehearsal.deploy("--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert rehearsal.changes[before:] == ["upload_version", "deploy", "settings"]
    assert rehearsal.script.current != first.version
    assert rehearsal.script.secrets == {"API_KEYS": default_key(KEY)}


@pytest.mark.extended
def test_a_version_that_fails_its_check_is_rolled_back_without_a_user(rehearsal):
    """The version before had most of the traffic: another one, which was deployed alone earlier, had the rest."""
    before = rehearsal.with_service()
    rehearsal.split_traffic(before, "earlier")
    done = rehearsal.deploy("--yes")
    assert done.returncode == 1
    assert done.stderr == (
        f"deploy: Step check: the new version failed its check; version {before} is deployed again.\n"
    )
    assert len(rehearsal.script.versions) == 3
    assert rehearsal.script.current == before


@pytest.mark.extended
def test_the_user_can_keep_a_version_that_fails_its_check_and_go_back_later(rehearsal):
    before = rehearsal.with_service()
    done = rehearsal.deploy(typed="y\nn\n")
    assert done.returncode == 1
    assert NEW_VERSION.search(done.stdout)[1] == before
    assert "Go back with `make deploy ARGS=--rollback`" in done.stderr
    assert rehearsal.script.current != before
    done = rehearsal.deploy("--rollback", typed="y\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"rollback: version {before} is deployed again." in done.stdout
    assert f"rollback: {rehearsal.address} answers with version {before}." in done.stdout
    assert rehearsal.script.current == before


@pytest.mark.extended
def test_without_an_earlier_version_a_rollback_says_so(rehearsal):
    rehearsal.with_service()
    done = rehearsal.deploy("--rollback", "--yes")
    assert (done.returncode, done.stderr) == (
        1,
        "deploy: Step rollback: there is no earlier version to go back to. Correct src/, and deploy again.\n",
    )


@pytest.mark.extended
def test_a_secret_that_was_set_before_the_first_deployment_is_kept(rehearsal):
    rehearsal.environment = {"EMBEDDER_KEY": ""}
    rehearsal.with_index(768)
    rehearsal.api.state.scripts["embedder"] = Script(secrets={"API_KEYS": "default:set-by-hand"})
    done = rehearsal.deploy("--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "keys: the secret API_KEYS exists." in done.stdout
    assert rehearsal.script.secrets == {"API_KEYS": "default:set-by-hand"}


@pytest.mark.extended
def test_keys_are_rotated_by_a_secret_that_holds_both(rehearsal):
    before = rehearsal.with_service()
    done = rehearsal.wrangler("pywrangler", "secret", "put", "API_KEYS", "--env=", typed="default:new,previous:old")
    assert done.returncode == 0, done.stdout + done.stderr
    assert rehearsal.script.secrets == {"API_KEYS": "default:new,previous:old"}
    assert rehearsal.script.current != before
