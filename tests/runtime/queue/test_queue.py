"""The ingestion queue in the real runtime: wrangler's own emulation, faults, and calls of other Workers."""

import json
import subprocess
import time

import pytest
import requests

from tests.runtime import upstream
from tests.runtime.queue import run
from tests.worker import EMBEDDER
from tools import runtime, workerd

DOCUMENTS = 300
CALLER = """
import { RpcTarget } from "cloudflare:workers";
class Target extends RpcTarget { get messages() { return []; } ackAll() {} retryAll() {} }
const failure = Object.assign(new Error("x"), { messages: [{ body: "x" }], queue: "q" });
const message = { id: "1", body: "x", attempts: 1, ack() {}, retry() {} };
const all = () => ({
  nothing: [], null: [null], text: ["x"], number: [7], list: [[]], plain: [{ queue: "q", messages: [] }],
  full: [{ queue: "q", messages: [message], ackAll() {}, retryAll() {} }], target: [new Target()], error: [failure],
  map: [new Map([["retryAll", 1]])], response: [new Response("x")], function: [() => 1], many: [{}, {}, {}],
});
export default {
  async fetch(request, env) {
    const found = {};
    for (const [name, given] of Object.entries(all())) {
      try { found[name] = await env.EMBEDDINGS.queue(...given); } catch (error) { found[name] = String(error); }
    }
    return Response.json(found);
  },
};
"""


def wait_for(condition, limit_s=60):
    deadline = time.monotonic() + limit_s
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def stored(worker, *ids):
    return {vector["id"]: vector for vector in worker.send("GET", f"/vectors?ids={','.join(ids)}").json()["vectors"]}


def batches(worker):
    lines = [line for line in worker.lines if line.startswith('{"request_id"') and '"method":"QUEUE"' in line]
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def worker(start_dev):
    """What `make dev` starts: wrangler emulates the queue."""
    return start_dev()


def test_make_dev_embeds_and_stores_what_was_queued(worker):
    documents = [{"id": f"queued-{n}", "text": f"queued text {n}", "metadata": {"year": n}} for n in range(3)]
    documents.append({"id": "queued-bad", "text": "fault:5006"})
    before = len(batches(worker))
    answer = worker.send("PUT", "/vectors", json={"documents": documents, "namespace": "queued", "queue": True})
    assert answer.status_code == 202
    assert answer.json()["ids"] == [item["id"] for item in documents]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    ids = [item["id"] for item in documents[:3]]
    found = wait_for(lambda: (now := stored(worker, *ids)).keys() == set(ids) and now)
    assert found["queued-2"]["metadata"] == {"text": "queued text 2", "year": 2}
    assert found["queued-2"]["namespace"] == "queued"
    [line] = wait_for(lambda: batches(worker)[before:])
    assert (line["path"], line["written"], line["failed"]) == ("embedder-ingest", 3, 1)
    assert "queued text" not in json.dumps(line)


def test_an_import_fills_the_queue(worker, tmp_path):
    path, report = tmp_path / "corpus.jsonl", tmp_path / "report.json"
    path.write_text("".join(json.dumps({"id": f"imported-{n}", "text": f"text {n}"}) + "\n" for n in range(5)))
    options = ["--url", worker.url, "--id-field", "id", "--queue", "--report", str(report)]
    done = subprocess.run(
        [str(EMBEDDER), "import", str(path), *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (json.loads(report.read_text())["queued"], json.loads(report.read_text())["written"]) == (5, 0)
    ids = [f"imported-{n}" for n in range(5)]
    wait_for(lambda: stored(worker, *ids).keys() == set(ids))


@pytest.mark.extended
def test_an_index_gets_every_document_once_although_the_worker_is_killed(tmp_path):
    runtime.prepare()
    outcome = run.run(DOCUMENTS, tmp_path)
    assert outcome.faults() == [], str(outcome)


@pytest.fixture(scope="module")
def process(models, tmp_path_factory):
    """The Worker without queues, and a Worker that calls it."""
    caller = workerd.Worker("caller", workerd.js_worker(CALLER), {"EMBEDDINGS": workerd.service("embedder")})
    services = [upstream.worker(), caller, workerd.External("upstream", models.address)]
    with workerd.serve(workerd.Config(services, {"caller": 0, "embedder": 0}), tmp_path_factory.mktemp("c")) as process:
        yield process


def test_another_worker_can_not_deliver_messages(process):
    answers = requests.get(process.url("caller"), timeout=60).json()
    assert len(answers) == 13
    for name, answer in answers.items():
        assert answer["error"]["code"] == "not_found", (name, answer)


def test_without_a_binding_nothing_can_be_queued(process, models):
    body = {"documents": [{"id": "a", "text": "a"}], "queue": True}
    answer = requests.put(f"{process.url('embedder')}/vectors", json=body, timeout=60)
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "queue_not_configured")
    assert models.calls == {}
