"""`embedder doctor` against the running Worker."""

import json
import subprocess

from embedder_cli.doctor import examination
from embedder_cli.doctor.model import truncation
from emulator import lexical
from tests.worker import EMBEDDER
from tools import runtime

MODEL = {name for name, _ in (*examination.MODEL, *examination.LAST)}


def doctor(url, *options):
    command = [str(EMBEDDER), "doctor", url, *options]
    return subprocess.run(command, cwd=runtime.ROOT, capture_output=True, text=True, timeout=300, check=False)


def checks(done):
    return {check["check"]: check for check in json.loads(done.stdout)["checks"]}


def test_the_emulator_is_recognised_and_nothing_fails(worker):
    done = doctor(worker.url, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = checks(done)
    assert found["vectors"]["figures"] == {"source": "emulator"}
    skipped = {name for name, check in found.items() if check["status"] == "skip"}
    assert skipped == MODEL
    assert found["index"]["status"] == "ok"


def test_a_local_model_with_the_recorded_vectors_passes(real_model_worker):
    done = doctor(real_model_worker.url, "--json", "--no-latency")
    assert done.returncode == 0, done.stdout + done.stderr
    found = checks(done)
    assert {check["status"] for name, check in found.items() if name != "authentication"} == {"ok"}
    assert found["vectors"]["figures"] == {"source": "server"}
    assert len(found["figures with prompts"]["figures"]["cosines"]) == 8
    assert [*found["figures without prompts"]["figures"]["cosines"]] == ["768", "512", "256", "128"]


def test_a_local_model_with_other_vectors_fails(real_model_worker, local_model, monkeypatch):
    monkeypatch.setattr(local_model, "embed", lambda text: lexical.embed(text[::-1]))
    done = doctor(real_model_worker.url, "--json", "--no-latency")
    assert done.returncode == 1, done.stdout + done.stderr
    failed = {name for name, check in checks(done).items() if check["status"] == "FAIL"}
    assert failed >= {"figures without prompts", "figures with prompts", "recorded vectors", "small differences"}


def test_the_emulator_truncates_nothing_and_the_cost_is_stated(worker):
    done = doctor(worker.url, "--json", "--no-latency", "--find-limit")
    assert f"at most {truncation.CALLS} requests" in checks(done)["truncation"]["detail"]


def test_without_json_there_is_a_table(worker):
    done = doctor(worker.url, "--no-latency")
    assert done.returncode == 0
    assert "normalised" in done.stdout


def test_a_service_that_can_not_be_reached_is_exit_code_1():
    done = doctor("http://127.0.0.1:9", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["ok"] is False
