"""The matrix of the model's answers: every wrong one becomes `upstream_invalid` in every form, every right one serves.

Under the real runtime and its own AI and Vectorize classes. A black box: only HTTP and RPC are used.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from embedder_cli.runtime import ROOT
from tests.runtime import wrong_answers
from tests.runtime.answers import CUT_TO_NOTHING, DEEP, RIGHT, SHALLOW, WRONG, building
from tests.runtime.answers.building import Case
from tests.runtime.answers.forms import FORMS, TIMEOUT_S, Client, Form, Reply
from tools import workerd

AT_ONCE = 6
COUNTS = sorted({form.count for form in FORMS.values()})
INVALID = (502, "upstream_invalid")
BROKE_OFF = (INVALID, (502, "upstream_error"))


@pytest.fixture(scope="module")
def models() -> Iterator[wrong_answers.Server]:
    with wrong_answers.serve() as server:
        yield server


def configuration(models: wrong_answers.Server) -> workerd.Config:
    bindings = {
        "AI": workerd.ai("upstream"),
        "VECTORIZE": workerd.vectorize("upstream"),
        "AUTH": workerd.text("off"),
    }
    worker = workerd.Worker("embedder", workerd.python_worker(ROOT / "src"), bindings)
    script = Path(__file__).parent / "probe" / "src" / "index.js"
    probe = workerd.Worker("probe", workerd.js_worker(script), {"EMBEDDINGS": workerd.service("embedder")})
    services = [worker, probe, workerd.External("upstream", models.address)]
    return workerd.Config(services, {"embedder": 0, "probe": 0})


def serves(worker: workerd.Process) -> bool:
    try:
        return requests.get(worker.url("embedder") + "/health", timeout=TIMEOUT_S).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture(scope="module")
def started(models, tmp_path_factory) -> Iterator[Callable[[], workerd.Process]]:
    """Return the one Worker of the module. It is started again only if a wrong answer has ended it."""
    folder = tmp_path_factory.mktemp("answers")
    running: list[workerd.Process] = []
    with ExitStack() as stack:

        def current() -> workerd.Process:
            if not running or not serves(running[-1]):
                running.append(stack.enter_context(workerd.serve(configuration(models), folder)))
            return running[-1]

        yield current


@pytest.fixture
def client(models, started) -> Iterator[Client]:
    with requests.Session() as session:
        yield Client(started(), session, models)


def cases_of(form: Form, table: dict[str, Case]) -> list[str]:
    return [kind for kind, case in table.items() if case.least <= form.count]


def ask_all(client: Client, form: Form, kinds: list[str]) -> dict[str, Reply]:
    """Ask once for every kind. A kind that did not reach the model is a fault too."""

    def ask(kind: str) -> Reply:
        try:
            reply = form.ask(client, kind)
        except requests.RequestException as error:
            return Reply(0, f"no whole reply: {type(error).__name__}")
        return reply if client.models.calls[kind, form.count] else Reply(0, "the model was not called")

    client.models.forget()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(kinds, pool.map(ask, kinds), strict=True))


def outcome(reply: Reply) -> str:
    return f"{reply.status} {reply.error or 'as if it were right'}"


def leaked(client: Client, kind: str, reply: Reply) -> str:
    """Return what is wrong with the reply to a wrong answer, or ""."""
    allowed = BROKE_OFF if WRONG[kind].broken else (INVALID,)
    if (reply.status, reply.error) not in allowed:
        return outcome(reply)
    reached = client.models.written[kind] or client.models.searched[kind]
    return "502, but the index was called" if reached else ""


def rejected(form: Form, kind: str, reply: Reply) -> str:
    """Return what is wrong with the reply to a right answer, or ""."""
    if form.cut and kind == CUT_TO_NOTHING:
        return "" if (reply.status, reply.error) == INVALID else outcome(reply)
    if (reply.status, reply.error) != (200, ""):
        return outcome(reply)
    # -0 keeps its sign as a float, not as an int
    rows = json.loads(RIGHT[kind].make(form.count).body, parse_int=float)["data"]
    try:
        return "" if form.matches(reply.value, rows) else "200 with other numbers"
    except (KeyError, TypeError, ValueError) as error:
        return f"200 with an unknown shape: {error!r}"


def fail_for(title: str, faults: dict[str, str], total: int) -> None:
    """Fail with one line for every fault."""
    lines = [f"  {kind}: {what}" for kind, what in faults.items()]
    if faults:
        pytest.fail("\n".join([f"{title}: {len(faults)} of {total}", *lines]), pytrace=False)


def collect(replies: dict[str, Reply], judge: Callable[[str, Reply], str]) -> dict[str, str]:
    judged = {kind: judge(kind, reply) for kind, reply in replies.items()}
    return {kind: what for kind, what in judged.items() if what}


def assert_no_leak(client: Client, name: str, table: dict[str, Case]) -> None:
    form = FORMS[name]
    replies = ask_all(client, form, cases_of(form, table))
    faults = collect(replies, lambda kind, reply: leaked(client, kind, reply))
    fail_for(f"{name}: wrong answers that got through", faults, len(replies))


@pytest.mark.parametrize("name", FORMS)
def test_no_wrong_answer_gets_through(client, name):
    assert_no_leak(client, name, SHALLOW)


@pytest.mark.parametrize("name", FORMS)
def test_no_deeply_nested_answer_gets_through(client, name):
    assert_no_leak(client, name, DEEP)


@pytest.mark.parametrize("name", FORMS)
def test_no_right_answer_is_rejected(client, name):
    form = FORMS[name]
    replies = ask_all(client, form, cases_of(form, RIGHT))
    faults = collect(replies, lambda kind, reply: rejected(form, kind, reply))
    fail_for(f"{name}: right answers without the right reply", faults, len(replies))


def test_the_worker_still_serves(client):
    assert client.post("/embed", {"text": ["a", "b"]}).value["shape"] == [2, 768]


def is_right(case: Case, count: int) -> bool:
    try:
        building.check(case.make(count).body, count)
    except (ValueError, TypeError, RecursionError):
        return False
    return not case.broken


@pytest.mark.parametrize("count", COUNTS)
def test_the_tables_hold_what_they_say(count):
    """The reference check finds every wrong answer wrong and every right one right."""
    wrong = {kind: case for kind, case in WRONG.items() if case.least <= count}
    assert [kind for kind, case in wrong.items() if is_right(case, count)] == []
    assert [kind for kind, case in RIGHT.items() if not is_right(case, count)] == []


def test_the_matrix_is_complete():
    assert len(FORMS) == 16
    assert sum(len(cases_of(form, WRONG)) for form in FORMS.values()) > 4_000
    assert sum(len(cases_of(form, RIGHT)) for form in FORMS.values()) > 300
    sent = [case.make(3) for case in wrong_answers.CASES.values()]
    assert len({(answer.sent, answer.body) for answer in sent}) == len(sent), "two kinds are the same"
