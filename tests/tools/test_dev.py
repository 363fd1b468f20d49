"""`make dev` without the runtime: what it prints, and what it rejects before it starts anything."""

import json
import re
import signal
import socket
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from embedder import batching
from tests import tables
from tests.worker import free_port
from tools.dev import cli, output, process, state, variables
from tools.runtime import ROOT

REQUEST = {
    "request_id": "r1",
    "method": "POST",
    "path": "/embed",
    "status": 200,
    "texts": 2,
    "model_ms": 8.2,
    "total_ms": 12.4,
}
START = """\
\x1b[33m▲ \x1b[43;33m[\x1b[43;30mWARNING\x1b[43;33m]\x1b[0m \x1b[1mProcessing wrangler.toml configuration:\x1b[0m
embedder has access to the following bindings:
Binding                Resource      Mode
env.AUTH ("off")       Environment Variable      local
┌──────┬──────┐
│ Name │ Type │
└──────┴──────┘
[wrangler:info] Ready on http://127.0.0.1:8787
"""


def printed(lines, *, raw=False):
    return list(output.Filter(raw=raw).lines(lines, ["the banner"]))


def test_the_start_of_wrangler_becomes_the_banner():
    assert printed(START.splitlines(keepends=True)) == ["the banner"]


def test_a_request_is_one_readable_line():
    [_, line] = printed([*START.splitlines(), json.dumps(REQUEST), "[wrangler:info] POST /embed 200 OK (13ms)"])
    assert re.fullmatch(r"\d\d:\d\d:\d\d 200 POST /embed 12 ms \(2 texts, model 8 ms\)", line)


def test_an_error_line_has_its_code():
    failed = {"request_id": "r", "method": "GET", "path": "/nope", "status": 404, "code": "not_found", "total_ms": 0.6}
    [_, line] = printed([*START.splitlines(), json.dumps(failed)])
    assert line.endswith("404 GET /nope 1 ms (not_found)")


def test_a_batch_of_the_queue_says_what_became_of_its_messages():
    batch = {"request_id": "r", "method": "QUEUE", "path": "q", "status": 200, "code": "invalid_request", "texts": 99}
    found = {**batch, "written": 90, "retried": 8, "failed": 1, "total_ms": 30}
    [_, line] = printed([*START.splitlines(), json.dumps(found)])
    assert line.endswith("200 QUEUE q 30 ms (99 texts, 8 retried, 1 failed, invalid_request)")


def test_raw_log_lines_are_printed_unchanged():
    assert printed([*START.splitlines(), json.dumps(REQUEST)], raw=True)[1:] == [json.dumps(REQUEST)]


@pytest.mark.parametrize("line", ["✘ [ERROR] Uncaught Error: boom", "Traceback (most recent call last):", "{not json"])
def test_errors_of_the_runtime_are_printed(line):
    assert printed([*START.splitlines(), line])[1:] == [line]


WARNING = """\
\x1b[33m▲ \x1b[43;33m[\x1b[43;30mWARNING\x1b[43;33m]\x1b[0m \x1b[1mProcessing wrangler.toml configuration:\x1b[0m

    - "env.local" environment configuration
      - "ai" exists at the top level, but not on "env.local".
        Please add "ai" to "env.local".

"""


def test_a_reload_is_told_when_it_begins_and_when_it_has_ended():
    again = [*WARNING.splitlines(), *START.splitlines()[:-1], "⎔ Reloading local server..."]
    found = printed([*START.splitlines(), *again, *again, "⎔ Local server updated and ready"])
    assert found == ["the banner", "Reloading, because a file has changed ...", "Reloaded."]


def test_what_follows_a_warning_is_printed():
    assert printed([*START.splitlines(), *WARNING.splitlines(), "✘ [ERROR] boom"])[1:] == ["✘ [ERROR] boom"]


@pytest.mark.parametrize(
    "line", ["\x1b[31mred\x07 \x1b]0;title\x07 \x9b2J", json.dumps(REQUEST | {"path": "/\x1b]0;title\x07\x9b2Jx"})]
)
def test_control_characters_are_not_printed(line):
    [_, line] = printed([*START.splitlines(), line])
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line)


def test_the_end_of_a_failed_start_is_kept_without_tables():
    chosen = output.Filter(raw=False)
    assert list(chosen.lines([*START.splitlines()[:-1], "✘ [ERROR] Address already in use"], ["the banner"])) == []
    assert not chosen.ready
    assert "✘ [ERROR] Address already in use" in chosen.tail
    assert not any("│" in line for line in chosen.tail)


def test_the_banner_names_the_source_of_the_vectors():
    [address, source, stored, end] = cli.banner(8787, state.DEFAULT, {})
    assert "http://127.0.0.1:8787/docs" in address
    assert source == "Vectors come from the lexical emulator, not from EmbeddingGemma."
    assert ".wrangler/state" in stored
    assert "Ctrl-C" in end
    [_, source, *_] = cli.banner(8787, state.DEFAULT, {"LOCAL_EMBEDDINGS_URL": "http://127.0.0.1:1/v1"})
    assert source == "Vectors come from the model at http://127.0.0.1:1/v1."


def run(*options, **environment):
    app = typer.Typer()
    app.command()(cli.main)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return CliRunner(env=environment).invoke(app, options)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def test_a_port_in_use_is_rejected_by_number():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--port", str(port))
    assert done.exit_code == 1
    advice = f"choose another: make dev PORT={port + 1 if port < 65_535 else port - 1}"
    expected = f"dev: Port {port} can't be used (address already in use); {advice}\n"
    assert (done.stdout, done.stderr) == ("", expected)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DEADLINE_S", "abc", "DEADLINE_S must be an integer from 1 to 300."),
        ("AUTH", "no", 'AUTH must be "on" or "off".'),
        ("API_KEYS", "me:short", "API_KEYS"),
    ],
)
def test_a_variable_that_the_worker_would_reject_is_named_before_the_start(name, value, says):
    done = run("--port", str(free_port()), **{name: value})
    assert (done.exit_code, done.stdout) == (1, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("line", ['WAIT_S = "soon"', "WAIT_S='soon'", "export WAIT_S=soon # a comment"])
def test_a_variable_in_dev_vars_is_checked_too(monkeypatch, tmp_path, line):
    monkeypatch.setattr(variables, "DEV_VARS", tmp_path / ".dev.vars")
    (tmp_path / ".dev.vars").write_text(f"# WAIT_S=7\n{line}\nOTHER=x\n")
    assert variables.in_dev_vars() == {"WAIT_S": "soon"}
    with pytest.raises(variables.VariableError, match="WAIT_S must be an integer from 0 to 120"):
        variables.check({})
    variables.check({"WAIT_S": "5"})
    with pytest.raises(variables.VariableError, match="CORS_ORIGINS: 'app\\.example' has no scheme"):
        variables.check({"WAIT_S": "5", "CORS_ORIGINS": "https://a.example app.example"})


def test_the_banner_of_an_example_names_its_readme_and_no_pages():
    lines = list(cli.banner(8787, state.DEFAULT, {}, Path("examples/python")))
    assert lines[0] == "The example listens on http://127.0.0.1:8787; examples/python/README.md shows how to call it."
    assert "/docs" not in "".join(lines)


def test_a_model_server_that_does_not_answer_is_named():
    url = f"http://127.0.0.1:{free_port()}/v1"
    done = run("--port", str(free_port()), LOCAL_EMBEDDINGS_URL=url)
    assert done.exit_code == 1
    assert done.stderr.startswith(f"dev: LOCAL_EMBEDDINGS_URL is {url}, but no server answers there (")
    assert done.stderr.count("\n") == 1


def test_any_answer_of_the_model_server_will_do(httpserver):
    url = httpserver.url_for("/v1")  # it answers with status 500, because nothing is expected
    assert variables.of_emulator({"LOCAL_EMBEDDINGS_URL": url}) == {"LOCAL_EMBEDDINGS_URL": url}
    assert [request.path for request, _ in httpserver.log] == ["/v1/models"]


def test_a_local_model_gets_a_longer_deadline(monkeypatch, tmp_path):
    monkeypatch.setattr(variables, "DEV_VARS", tmp_path / ".dev.vars")
    assert variables.of_worker({}) == {}
    assert variables.of_worker({"LOCAL_EMBEDDINGS_URL": "u"}) == {"DEADLINE_S": "120"}
    assert variables.of_worker({"LOCAL_EMBEDDINGS_URL": "u", "DEADLINE_S": "50"}) == {"DEADLINE_S": "50"}
    (tmp_path / ".dev.vars").write_text('DEADLINE_S = "60"\n')
    assert variables.of_worker({"LOCAL_EMBEDDINGS_URL": "u"}) == {}


@pytest.mark.parametrize("value", ["9", '[{"name": "web"}]', "it's", "a # b"])
def test_a_variable_of_the_environment_counts_more_than_dev_vars(monkeypatch, tmp_path, value):
    monkeypatch.setattr(process.runtime, "ROOT", tmp_path)
    monkeypatch.setattr(process.runtime, "CACHE", tmp_path)
    monkeypatch.setattr(variables, "DEV_VARS", tmp_path / "run-1" / "worker" / ".dev.vars")
    variables.DEV_VARS.parent.mkdir(parents=True)
    (tmp_path / ".dev.vars").write_text("AUTH=on\nAPI_KEYS=a")
    process.write_settings(1, {"LOCAL_EMBEDDINGS_URL": "u"}, {"API_KEYS": value})
    assert variables.in_dev_vars() == {"AUTH": "on", "API_KEYS": value}
    assert "LOCAL_MODEL='server'" in variables.DEV_VARS.read_text().splitlines()


def test_every_variable_of_the_worker_can_be_set():
    source = (ROOT / "src" / "bindings" / "environment.py").read_text(encoding="utf-8")
    names = re.search(r"VARIABLES = \((.*?)\)", source, re.DOTALL)[1]
    # `make dev` sets LOCAL_MODEL itself
    named = [*re.findall(r'"(\w+)"', names), *batching.VARIABLES]
    tables.complete([*variables.WORKER, "LOCAL_MODEL"], named, "WORKER in tools/dev/variables.py")


def test_every_variable_of_the_emulator_can_be_set():
    source = (ROOT / "local" / "wrangler.toml").read_text(encoding="utf-8").partition("[env.local.vars]")[2]
    for name in re.findall(r"^(\w+) =", source, re.MULTILINE):
        tables.entry(dict.fromkeys(variables.EMULATOR), name, "EMULATOR in tools/dev/variables.py")


def test_a_value_with_quotes_is_rejected():
    with pytest.raises(variables.VariableError, match="LOCAL_EMBEDDINGS_MODEL must not contain quotes"):
        variables.of_emulator({"LOCAL_EMBEDDINGS_MODEL": 'a"\nAUTH="off'})


def test_two_processes_do_not_share_their_state(tmp_path, monkeypatch):
    monkeypatch.setattr(state, "DEFAULT", tmp_path / "state")
    first, first_lock = state.claim(None, 1)
    second, second_lock = state.claim(None, 2)
    assert (first, second) == (tmp_path / "state", tmp_path / "state-2")
    assert "Another `make dev` uses .wrangler/state." in list(cli.banner(2, second, {}))
    with pytest.raises(state.StateError, match="choose another folder: make dev ARGS=--persist-to"):
        state.claim(tmp_path / "state", 3)
    first_lock.close()
    third, third_lock = state.claim(None, 3)
    assert third == first
    second_lock.close()
    third_lock.close()


def test_another_example_is_rejected():
    done = run("--example", "nothing")
    assert done.exit_code == 2
    said = " ".join(done.stderr.replace("│", " ").split())
    assert "must be one of emulators, python, typescript" in said


def test_each_checkout_connects_workers_through_a_folder_of_its_own(tmp_path, monkeypatch):
    started = []
    monkeypatch.delenv("WRANGLER_REGISTRY_PATH", raising=False)
    monkeypatch.setattr(
        process.subprocess, "Popen", lambda *_, env, **__: started.append(env["WRANGLER_REGISTRY_PATH"])
    )
    for name in ("one", "other"):
        monkeypatch.setattr(state, "CACHE", tmp_path / name)
        process.start(8787)
    monkeypatch.setenv("WRANGLER_REGISTRY_PATH", str(tmp_path / "chosen"))
    process.start(8787)
    assert started == [str(tmp_path / path) for path in ("one/registry", "other/registry", "chosen")]
