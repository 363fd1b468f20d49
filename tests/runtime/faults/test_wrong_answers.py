"""The matrix of the model's answers: in every output format, invalid ones are rejected and valid ones are accepted.

The Worker is tested as a black box, over HTTP and RPC, under the real runtime with its own AI and Vectorize classes.
`make test` sends some kinds of wrong answers in each format, and all kinds to the validator alone, under Node.js.
`make test-all` sends all kinds in all formats.
"""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.runtime.faults import wrong_answers
from tests.runtime.faults.answers import DEEP, RIGHT, SHALLOW, WRONG, ZERO_IF_SHORTENED, building
from tests.runtime.faults.answers.building import Case
from tests.runtime.faults.answers.forms import FORMS, TIMEOUT_S, Client, Form, Reply
from tools import runtime, workerd
from tools.runtime import ROOT

AT_ONCE = 6
SAMPLE = 12  # kinds of wrong answers in a format; each format has others
COUNTS = sorted({form.count for form in FORMS.values()})
INVALID = (502, "upstream_invalid")
ENDED_EARLY = (INVALID, (502, "upstream_error"))


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
    script = Path(__file__).parents[1] / "probe.js"
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
    """Return the Worker of the module. It is restarted only if a wrong answer has terminated it."""
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
    """Send one request for every kind. It is a fault if the model was not called."""

    def ask(kind: str) -> Reply:
        try:
            reply = form.ask(client, kind)
        except requests.RequestException as error:
            return Reply(0, f"no complete reply: {type(error).__name__}")
        return reply if client.models.calls[kind, form.count] else Reply(0, "the model was not called")

    client.models.forget()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(kinds, pool.map(ask, kinds), strict=True))


def outcome(reply: Reply) -> str:
    return f"{reply.status} {reply.error or 'accepted as valid'}"


def leaked(client: Client, kind: str, reply: Reply) -> str:
    """Return the fault of the reply to a wrong answer, or ""."""
    allowed = ENDED_EARLY if WRONG[kind].broken else (INVALID,)
    if (reply.status, reply.error) not in allowed:
        return outcome(reply)
    reached = client.models.written[kind] or client.models.searched[kind]
    return "502, but the index was called" if reached else ""


def rejected(form: Form, kind: str, reply: Reply) -> str:
    """Return the fault of the reply to a right answer, or ""."""
    if form.shortened and kind == ZERO_IF_SHORTENED:
        return "" if (reply.status, reply.error) == INVALID else outcome(reply)
    if (reply.status, reply.error) != (200, ""):
        return outcome(reply)
    # parse -0 as a float, to keep its sign
    rows = json.loads(RIGHT[kind].make(form.count).body, parse_int=float)["data"]
    try:
        return "" if form.matches(reply.value, rows) else "200 with other numbers"
    except (KeyError, TypeError, ValueError) as error:
        return f"200 with an unknown shape: {error!r}"


def fail_for(title: str, faults: dict[str, str], total: int) -> None:
    """Fail with one line per fault."""
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
    fail_for(f"{name}: wrong answers that were accepted", faults, len(replies))


def sample(name: str) -> dict[str, Case]:
    """Return some kinds: one of a connection that breaks, and others from all parts of the table."""
    place = [*FORMS].index(name)
    broken = [kind for kind, case in WRONG.items() if case.broken]
    kinds = [kind for kind in cases_of(FORMS[name], WRONG) if kind not in broken]
    step = len(kinds) // (SAMPLE - 1)
    first = place * step // len(FORMS)
    chosen = [broken[place % len(broken)], *kinds[first::step][: SAMPLE - 1]]
    return {kind: WRONG[kind] for kind in chosen}


@pytest.mark.parametrize("name", FORMS)
def test_rejects_some_wrong_answers(client, name):
    assert_no_leak(client, name, sample(name))


def test_the_validator_rejects_every_kind_and_accepts_every_right_one(tmp_path):
    """Connections that break are left out: the validator would not get their answers."""
    asked = [
        (kind, count, case, kind in RIGHT)
        for kind, case in (WRONG | RIGHT).items()
        for count in (1, 3)
        if case.least <= count and not case.broken
    ]
    bodies = [{"count": n, "body": base64.b64encode(case.make(n).body).decode()} for _, n, case, _ in asked]
    (tmp_path / "answers").write_text("\n".join(map(json.dumps, bodies)))
    script = ROOT / "tests" / "javascript" / "check_answers.js"
    command = ["node", "--js-base-64", str(script), str(tmp_path / "answers")]
    accepted = json.loads(subprocess.run(command, env=runtime.environment(), capture_output=True, check=True).stdout)
    judged = [(kind, count, number in accepted) for number, (kind, count, *_) in enumerate(asked)]
    assert judged == [(kind, count, right) for kind, count, _, right in asked]


@pytest.mark.extended
@pytest.mark.parametrize("name", FORMS)
def test_rejects_wrong_answers(client, name):
    assert_no_leak(client, name, SHALLOW)


@pytest.mark.extended
@pytest.mark.parametrize("name", FORMS)
def test_rejects_deeply_nested_answers(client, name):
    assert_no_leak(client, name, DEEP)


@pytest.mark.parametrize("name", FORMS)
def test_accepts_right_answers(client, name):
    form = FORMS[name]
    replies = ask_all(client, form, cases_of(form, RIGHT))
    faults = collect(replies, lambda kind, reply: rejected(form, kind, reply))
    fail_for(f"{name}: right answers with a wrong reply", faults, len(replies))


def test_the_worker_still_answers(client):
    assert client.post("/embed", {"text": ["a", "b"]}).value["shape"] == [2, 768]


def is_right(case: Case, count: int) -> bool:
    try:
        building.check(case.make(count).body, count)
    except (ValueError, TypeError, RecursionError):
        return False
    return not case.broken


@pytest.mark.parametrize(
    "count", [count if count < 20 else pytest.param(count, marks=pytest.mark.extended) for count in COUNTS]
)
def test_the_tables_agree_with_the_reference_check(count):
    """The reference check rejects every wrong answer and accepts every right one."""
    wrong = {kind: case for kind, case in WRONG.items() if case.least <= count}
    assert [kind for kind, case in wrong.items() if is_right(case, count)] == []
    assert [kind for kind, case in RIGHT.items() if not is_right(case, count)] == []


def test_the_matrix_is_complete():
    sampled = {kind for name in FORMS for kind in sample(name)}
    assert len(sampled) > len(WRONG) // 2, "the formats have the same sample"
    assert len(FORMS) == 16
    assert sum(len(cases_of(form, WRONG)) for form in FORMS.values()) > 4_000
    assert sum(len(cases_of(form, RIGHT)) for form in FORMS.values()) > 300
    sent = [case.make(3) for case in wrong_answers.CASES.values()]
    assert len({(answer.sent, answer.body) for answer in sent}) == len(sent), "two kinds are the same"
