"""The event loop of src/ under the real runtime: its order of execution, and that requests do not affect each other."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from emulator import lexical
from tests.runtime import upstream
from tests.runtime.worker import echo
from tools import workerd
from tools.runtime import ROOT

TIMEOUT_S = 20
AT_ONCE = 16
ROUNDS = 4
MIXED = 48
PARTS = 9  # parts of an answer to `mixed`
EMBEDDING = 30
DISCONNECTING = 10
ABORTED = "aborted"

# scenario of event_loop_worker/ -> expected result
SEEN = {
    "installed_twice": ["microtask", "handle"],
    "turns": ["handle", "microtask"],
    "messages": [],
    "ready": [0, 2, 3, True],
    "timeouts": ["too late", "too late", "in time"],
    "passed": "at once",
    "sleepers": [0, 0.001, 0.03, 0.5],
    "cancelled": [True, True, "enough"],
    "exceptions": [True, "LookupError", "ValueError"],
    "generators": ["closed", "lost"],
    "time": True,
}
NEEDED = (
    "api.scheduleCallback",
    "webloop.scheduleCallback",
    "loop._install_running_loop",
    "loop._install_asyncgen_hooks",
    "loop._decrement_in_progress",
)


class Client:
    """A client of one Worker of a process."""

    def __init__(self, process: workerd.Process, name: str) -> None:
        self.process, self.name = process, name

    def ask(self, scenario: str, marker: object = "") -> object:
        """Run a scenario. Return its result, or ABORTED."""
        answer = requests.get(f"{self.process.url(self.name)}/{scenario}/{marker}", timeout=TIMEOUT_S)
        return answer.json() if answer.ok else ABORTED

    def send(self, request: str, body: str = "") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.process.ports[self.name]), TIMEOUT_S)
        head = f"{request} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall((head + body).encode())
        return connection

    def disconnect(self, scenario: str, marker: object, held: threading.Event | None = None) -> str:
        """Start a scenario, wait for `held`, and disconnect."""
        connection = self.send(f"GET /{scenario}/{marker}")
        assert held is None or held.wait(TIMEOUT_S)
        reset(connection)
        return ABORTED

    def embeds(self, text: str) -> bool:
        """Return whether the Worker of src/ answers with the vector of `text`."""
        answer = requests.post(self.process.url(self.name) + "/embed", json={"text": [text]}, timeout=TIMEOUT_S)
        return answer.json() == {"shape": [1, 768], "data": [lexical.embed(text)]}


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def cross_request_errors(process: workerd.Process) -> list[str]:
    """Return the errors of the runtime about requests that use objects of another request."""
    return [line for line in [*process.stdout, *process.stderr] if "different request" in line]


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < limit, "the condition was not met in time"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def server() -> Iterator[echo.Server]:
    with echo.serve() as server:
        yield server


@pytest.fixture(scope="module")
def process(server, tmp_path_factory) -> Iterator[workerd.Process]:
    """Two Workers of the same code: `fast` installs the loop of src/, `stock` keeps the loop of Pyodide."""
    entry, *rest = workerd.python_worker(Path(__file__).parent / "event_loop_worker")
    names = ("bindings/event_loop.py", "bindings/clock.py")
    loop = [workerd.Module(name, "pythonModule", ROOT / "src" / name) for name in names]
    bindings = {"UPSTREAM": workerd.service("upstream")}
    workers = [workerd.Worker(name, [entry, *loop, *rest], bindings) for name in ("fast", "stock")]
    config = workerd.Config([*workers, workerd.External("upstream", server.address)], {"fast": 0, "stock": 0})
    with workerd.serve(config, tmp_path_factory.mktemp("loop")) as process:
        yield process


@pytest.fixture(scope="module")
def fast(process) -> Client:
    client = Client(process, "fast")
    assert client.ask("install") is True
    return client


@pytest.fixture(scope="module")
def stock(process) -> Client:
    return Client(process, "stock")


@pytest.mark.parametrize(("scenario", "seen"), SEEN.items(), ids=SEEN.keys())
def test_the_loop_behaves_like_asyncio(scenario, seen, fast):
    assert fast.ask(scenario) == seen


def test_the_loop_of_pyodide_needs_more_turns(stock):
    """If this fails, the loop of src/ may no longer be needed."""
    assert stock.ask("turns") == ["microtask", "handle"]
    assert len(stock.ask("messages")) > 0


@pytest.mark.parametrize("name", NEEDED)
def test_nothing_is_installed_if_an_attribute_is_missing(name, stock):
    assert stock.ask("missing", name) == {"installed": False, "unchanged": True}


def assert_served_after(fast: Client, abort: Callable[[int], object]) -> None:
    """Check that later requests are answered in the same isolate, and that nothing of the aborted one runs in them."""
    before = fast.ask("isolate")["served"]
    for number in range(1, ROUNDS + 1):
        assert abort(number) == ABORTED
        assert fast.ask("mixed", "next") == ["next"] * PARTS
        assert fast.ask("isolate") == {"served": before + 3 * number, "strays": []}


def test_requests_after_an_abort_are_answered(fast):
    assert_served_after(fast, lambda number: fast.ask("abort", number))
    assert cross_request_errors(fast.process) == []


def test_requests_after_a_disconnect_are_answered(fast, server):
    def disconnect(number: int) -> str:
        aborted = fast.disconnect("hold", number, server.event(f"held-{number}"))
        assert server.event(f"disconnected-{number}").wait(TIMEOUT_S)
        return aborted

    assert_served_after(fast, disconnect)


def test_concurrent_requests_are_isolated(fast, server):
    """Some requests are aborted, and some clients disconnect early or while the upstream holds their request."""

    def one(number: int) -> object:
        special = {
            2: lambda: fast.ask("abort"),
            4: lambda: fast.disconnect("mixed", number),
            6: lambda: fast.disconnect("hold", f"c{number}", server.event(f"held-c{number}")),
        }
        return special.get(number % 8, lambda: fast.ask("mixed", number))()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = list(pool.map(one, range(MIXED)))
    assert seen == [ABORTED if number % 8 in (2, 4, 6) else [str(number)] * PARTS for number in range(MIXED)]
    assert cross_request_errors(fast.process) == []


@pytest.mark.extended
def test_the_worker_embeds_while_clients_disconnect_and_afterwards(tmp_path):
    with upstream.serve() as models, workerd.serve(embedder(models.address), tmp_path) as process:
        client = Client(process, "embedder")
        disconnecting = [client.send("POST /embed", '{"text": ["fault:slowbody"]}') for _ in range(DISCONNECTING)]
        until(lambda: models.calls["slowbody"] == DISCONNECTING)
        with ThreadPoolExecutor(EMBEDDING) as pool:
            answers = pool.map(client.embeds, [f"during {number}" for number in range(EMBEDDING)])
            for connection in disconnecting:
                reset(connection)
            assert all(answers)
        until(lambda: models.gone["slowbody"] == DISCONNECTING)
        assert all(client.embeds(f"after {number}") for number in range(20))
        assert cross_request_errors(process) == []


def embedder(models: str) -> workerd.Config:
    bindings = {"AI": workerd.ai("upstream"), "AUTH": workerd.text("off")}
    worker = workerd.Worker("embedder", workerd.python_worker(ROOT / "src"), bindings)
    return workerd.Config([worker, workerd.External("upstream", models)], {"embedder": 0})
