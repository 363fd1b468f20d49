"""`embedder doctor` against the running Worker."""

import json
import subprocess

from embedder_cli import runtime
from embedder_cli.doctor import cut
from tests.worker import EMBEDDER


def doctor(url, *options):
    command = [str(EMBEDDER), "doctor", url, *options]
    return subprocess.run(command, cwd=runtime.ROOT, capture_output=True, text=True, timeout=300, check=False)


def checks(done):
    return {check["check"]: check for check in json.loads(done.stdout)["checks"]}


def test_the_lexical_emulator_is_recognised_and_nothing_fails(worker):
    done = doctor(worker.url, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = checks(done)
    assert found["vectors"]["status"] == "note"
    skipped = {name for name, check in found.items() if check["status"] == "skip"}
    assert skipped == {"figures without prompts", "figures with prompts", "prompts"}
    assert found["index"]["status"] == "ok"


def test_all_checks_pass_with_the_recorded_vectors(real_model_worker):
    done = doctor(real_model_worker.url, "--json", "--no-latency")
    assert done.returncode == 0, done.stdout + done.stderr
    found = checks(done)
    assert {check["status"] for name, check in found.items() if name != "authentication"} == {"ok"}
    assert len(found["figures with prompts"]["figures"]["cosines"]) == 8
    assert [*found["figures without prompts"]["figures"]["cosines"]] == ["768", "512", "256", "128"]


def test_find_cut_reports_the_number_of_requests(worker):
    done = doctor(worker.url, "--json", "--no-latency", "--find-cut")
    assert f"at most {cut.CALLS} requests" in checks(done)["cut"]["detail"]


def test_the_default_output_is_a_table(worker):
    done = doctor(worker.url, "--no-latency")
    assert done.returncode == 0
    assert "normalised" in done.stdout


def test_an_unreachable_endpoint_is_exit_code_1():
    done = doctor("http://127.0.0.1:9", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["ok"] is False
