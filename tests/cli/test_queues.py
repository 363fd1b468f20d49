"""`embedder queue failed` against the emulated API of Cloudflare, with dead letters that the Worker wrote."""

import base64
import json
import time

import pytest
from typer.testing import CliRunner

from embedder.errors import EmbedderError
from embedder.operations import messages
from embedder.queue import letters
from embedder_cli.main import app
from tests.deploy import fake_api
from tests.deploy.fake_api import TOKEN, Fault

FAILED, INGEST = "embedder-failed", "embedder-ingest"
REJECTED = EmbedderError("invalid_request", "Workers AI rejected the input: bad", upstream_code=3010)


@pytest.fixture
def api(monkeypatch):
    with fake_api.serve() as (found, url):
        found.state.queues = {FAILED: [], INGEST: []}
        monkeypatch.setenv("CLOUDFLARE_API_BASE_URL", url)
        monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
        monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID", raising=False)
        yield found


def message(name, text="a text with \u00e9 and \u4e2d"):
    return json.dumps({"version": 1, "namespace": "n", "document": {"id": name, "text": text}}, ensure_ascii=False)


def fail(api, *bodies, name="d", age_s=60):
    """Put dead letters into the queue of failures, as the Worker writes them."""
    now_ms = (time.time() - age_s) * 1000
    for body in bodies:
        letter = letters.dead_letter(body, name, REJECTED, attempts=1, now_ms=now_ms)
        api.state.queues[FAILED].append((f"m{len(api.state.queues[FAILED])}", letter))


def run(*options):
    done = CliRunner().invoke(app, ["queue", "failed", *options])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done.exit_code, done.output


def bodies(api, queue):
    return [body for _, body in api.state.queues[queue]]


def test_an_empty_queue_is_told(api):
    assert run() == (0, "There are no dead letters.\n")
    assert api.calls == ["accounts", "list_queues", "peek"]


def test_dead_letters_are_listed_with_their_reasons_and_stay(api):
    fail(api, message("doc-1"), name="doc-1")
    api.state.queues[FAILED].append(("raw", message("doc-2")))
    code, printed = run()
    shown = " ".join(printed.replace("│", " ").split())
    assert code == 1
    assert "doc-1 invalid_request Workers AI rejected the input: bad" in shown
    assert "doc-2 no_answer Queues gave up" in shown
    assert "2 dead letters." in printed
    assert len(bodies(api, FAILED)) == 2
    assert api.calls == ["accounts", "list_queues", "peek"]


def test_json_has_the_messages(api):
    fail(api, message("doc-1"), name="doc-1")
    _, printed = run("--json")
    [letter] = json.loads(printed)
    assert (letter["id"], letter["code"]) == ("doc-1", "invalid_request")
    assert json.loads(letter["message"]) == json.loads(message("doc-1"))


def test_dead_letters_are_sent_again_as_they_were_and_removed(api):
    given = [message(f"doc-{number}") for number in range(250)]
    fail(api, *given)
    assert run("--resend") == (0, "250 dead letters were sent again.\n")
    assert list(map(json.loads, bodies(api, INGEST))) == list(map(json.loads, given))
    assert bodies(api, FAILED) == []
    assert all(messages.decode(body).namespace == "n" for body in bodies(api, INGEST))


def test_large_messages_are_sent_in_parts_that_the_api_takes(api):
    fail(api, *[message(f"doc-{number}", "x" * 100_000) for number in range(7)])
    assert run("--resend")[0] == 0
    assert (len(bodies(api, INGEST)), api.calls.count("send_batch")) == (7, 4)


def test_nothing_is_removed_before_it_was_sent(api):
    fail(api, message("doc-1"))
    api.fail("send_batch", Fault(429, 10012, "Too many requests"))
    code, printed = run("--resend")
    assert (code, len(bodies(api, FAILED))) == (2, 1)
    assert "Too many requests [code: 10012]" in printed
    assert "purge" not in api.calls


def test_what_fails_again_meanwhile_is_not_sent_a_second_time(api):
    fail(api, message("doc-1"))
    api.watch = lambda name: fail(api, message("doc-1"), age_s=-60) if name == "send_batch" else None
    assert run("--resend")[0] == 0
    assert (len(bodies(api, INGEST)), len(bodies(api, FAILED))) == (1, 1)


def test_what_is_no_message_can_only_be_deleted(api):
    fail(api, "not JSON", message("doc-1"))
    code, printed = run("--resend")
    assert code == 1
    assert "1 dead letter was sent again." in printed
    assert "1 can't be sent again" in printed
    assert run("--delete") == (0, "1 dead letter was deleted.\n")
    assert bodies(api, FAILED) == []


def test_one_document_can_be_chosen(api):
    fail(api, message("doc-1"), name="doc-1")
    fail(api, message("doc-2"), name="doc-2")
    assert run("--resend", "--id", "doc-2")[0] == 0
    assert [json.loads(body)["document"]["id"] for body in bodies(api, INGEST)] == ["doc-2"]
    assert len(bodies(api, FAILED)) == 1


def test_a_body_in_base64_and_a_foreign_one_are_read(api):
    encoded = base64.b64encode(message("doc-1").encode()).decode()
    api.state.queues[FAILED] = [("a", encoded), ("b", "[" * 100_000), ("c", "\x1b[31m")]
    _, printed = run("--json")
    assert [letter["id"] for letter in json.loads(printed)] == ["doc-1", None, None]


def test_a_missing_token_account_or_queue_is_named(api, monkeypatch):
    del api.state.queues[FAILED]
    assert run()[0] == 2
    assert f"no queue {FAILED}" in run()[1]
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "wrong")
    assert "Queues: Edit" in run()[1]
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    assert "Set CLOUDFLARE_API_TOKEN" in run()[1]
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
    api.state.names["another"] = "Another"
    assert "set CLOUDFLARE_ACCOUNT_ID" in run()[1]
