"""The event loop of src/ under the real runtime: what it runs and when, and that no request touches another."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from embedder_cli.runtime import ROOT
from emulator import lexical
from tests.runtime import echo, upstream
from tools import workerd

TIMEOUT_S = 20
AT_ONCE = 16
ROUNDS = 4
MIXED = 48
PARTS = 9  # of an answer to `mixed`
EMBEDDING = 30
LEAVING = 10
CUT_OFF = "cut off"

# scenario of event_loop_worker/ -> what it sees
SEEN = {
    "installed_twice": ["microtask", "handle"],
    "turns": ["handle", "microtask"],
    "messages": [],
    "ready": [0, 2, 3, True],
    "timeouts": ["too late", "too late", "in time"],
    "sleepers": [0, 0.001, 0.03, 0.05],
    "cancelled": [True, True, "enough"],
    "exceptions": [True, "LookupError", "ValueError"],
    "generators": ["closed", "lost"],
}
NEEDED = (
    "api.scheduleCallback",
    "webloop.scheduleCallback",
    "loop._install_running_loop",
    "loop._install_asyncgen_hooks",
)


class Client:
    """Asks one Worker of a process."""

    def __init__(self, process: workerd.Process, name: str) -> None:
        self.process, self.name = process, name

    def ask(self, scenario: str, marker: object = "") -> object:
        """Return what the scenario saw, or CUT_OFF."""
        answer = requests.get(f"{self.process.url(self.name)}/{scenario}/{marker}", timeout=TIMEOUT_S)
        return answer.json() if answer.ok else CUT_OFF

    def send(self, request: str, body: str = "") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.process.ports[self.name]), TIMEOUT_S)
        head = f"{request} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall((head + body).encode())
        return connection

    def leave(self, scenario: str, marker: object, held: threading.Event | None = None) -> str:
        """Ask, wait for `held`, and leave."""
        connection = self.send(f"GET /{scenario}/{marker}")
        assert held is None or held.wait(TIMEOUT_S)
        reset(connection)
        return CUT_OFF

    def embeds(self, text: str) -> bool:
        """Return whether the Worker of src/ answers with the vector of `text`."""
        answer = requests.post(self.process.url(self.name) + "/embed", json={"text": [text]}, timeout=TIMEOUT_S)
        return answer.json() == {"shape": [1, 768], "data": [lexical.embed(text)]}


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def touched(process: workerd.Process) -> list[str]:
    """Return what the runtime says when one request touches another."""
    return [line for line in [*process.stdout, *process.stderr] if "different request" in line]


def until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < limit, "it did not come to pass"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def server() -> Iterator[echo.Server]:
    with echo.serve() as server:
        yield server


@pytest.fixture(scope="module")
def process(server, tmp_path_factory) -> Iterator[workerd.Process]:
    """Two Workers of the same code: `fast` gets the loop of src/, `stock` keeps Pyodide's own."""
    entry, *rest = workerd.python_worker(Path(__file__).parent / "event_loop_worker")
    loop = workerd.Module("bindings/event_loop.py", "pythonModule", ROOT / "src" / "bindings" / "event_loop.py")
    bindings = {"UPSTREAM": workerd.service("upstream")}
    workers = [workerd.Worker(name, [entry, loop, *rest], bindings) for name in ("fast", "stock")]
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
def test_the_loop_keeps_the_promises_of_asyncio(scenario, seen, fast):
    assert fast.ask(scenario) == seen


def test_the_loop_of_pyodide_takes_more_turns(stock):
    """If this fails, the loop of src/ may no longer be needed."""
    assert stock.ask("turns") == ["microtask", "handle"]
    assert len(stock.ask("messages")) > 0


@pytest.mark.parametrize("name", NEEDED)
def test_nothing_is_installed_where_something_is_missing(name, stock):
    assert stock.ask("missing", name) == {"installed": False, "unchanged": True}


def assert_served_after(fast: Client, cut_off: Callable[[int], object]) -> None:
    """Every request after one that was cut off is answered, in the same isolate, and nothing of it runs in them."""
    before = fast.ask("isolate")["served"]
    for number in range(1, ROUNDS + 1):
        assert cut_off(number) == CUT_OFF
        assert fast.ask("mixed", "next") == ["next"] * PARTS
        assert fast.ask("isolate") == {"served": before + 3 * number, "strays": []}


def test_requests_after_an_aborted_one_are_answered(fast):
    assert_served_after(fast, lambda number: fast.ask("abort", number))
    assert touched(fast.process) == []


def test_requests_after_one_whose_client_left_are_answered(fast, server):
    def leave(number: int) -> str:
        left = fast.leave("hold", number, server.event(f"held-{number}"))
        assert server.event(f"gone-{number}").wait(TIMEOUT_S)
        return left

    assert_served_after(fast, leave)


def test_concurrent_requests_keep_to_themselves(fast, server):
    """Among them are requests that are aborted, and clients that leave early or while the upstream holds their call."""

    def one(number: int) -> object:
        cut_off = {
            2: lambda: fast.ask("abort"),
            4: lambda: fast.leave("mixed", number),
            6: lambda: fast.leave("hold", f"c{number}", server.event(f"held-c{number}")),
        }
        return cut_off.get(number % 8, lambda: fast.ask("mixed", number))()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = list(pool.map(one, range(MIXED)))
    assert seen == [CUT_OFF if number % 8 in (2, 4, 6) else [str(number)] * PARTS for number in range(MIXED)]
    assert touched(fast.process) == []


def test_the_worker_embeds_while_clients_leave_and_afterwards(tmp_path):
    with upstream.serve() as models, workerd.serve(embedder(models.address), tmp_path) as process:
        client = Client(process, "embedder")
        leaving = [client.send("POST /embed", '{"text": ["fault:slowbody"]}') for _ in range(LEAVING)]
        until(lambda: models.calls["slowbody"] == LEAVING)
        with ThreadPoolExecutor(EMBEDDING) as pool:
            answers = pool.map(client.embeds, [f"during {number}" for number in range(EMBEDDING)])
            for connection in leaving:
                reset(connection)
            assert all(answers)
        until(lambda: models.gone["slowbody"] == LEAVING)
        assert all(client.embeds(f"after {number}") for number in range(20))
        assert touched(process) == []


def embedder(models: str) -> workerd.Config:
    bindings = {"AI": workerd.ai("upstream"), "AUTH": workerd.text("off")}
    worker = workerd.Worker("embedder", workerd.python_worker(ROOT / "src"), bindings)
    return workerd.Config([worker, workerd.External("upstream", models)], {"embedder": 0})
