"""Bodies that take the most memory for their size. The Wasm heap never shrinks, and an isolate has 128 MB."""

import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
import requests

from benchmarks.subjects.contenders import WORKER
from embedder.settings import Settings
from tests.runtime.faults.aborting import written
from tests.runtime.limits import memory
from tests.runtime.limits.memory import AT_ONCE, JSON, NAME, ROUTES, TIMEOUT_S, Watch
from tools import workerd
from tools.runtime import ROOT

SIZE = Settings().max_body_bytes - 1000
AT_START_MIB = 32
STEP = 1.21  # the heap grows by a fifth
BATCH = {"model": NAME, "input": ["a"] * 2048}
BATCHES_MIB = 420  # resident, of eight batches, of which each alone takes 100; without limits 660 to 720
VALUES = [
    '{"text":[%s]}',
    '{"text":"a","title":[%s]}',
    '{"text":"a","store":{"ids":["a"],"metadata":{"x":[%s]}}}',
    '{"text":"\\ud800","x":[%s]}',  # half a surrogate pair, whose path is searched in the whole body
]
QUICK = ("`PUT /vectors`, `queue`", "`/v1/embeddings`, float")


def documented() -> dict[str, tuple[float, float]]:
    """Return the table in docs/reliability.md: the heap after one body, and after eight at once."""
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| [\d.]+ \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    return {name: (float(one), float(eight)) for name, one, eight in rows}


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.extended) for name in ROUTES]
)
def test_a_route_takes_as_much_memory_as_documented(name):
    one, eight = documented()[name]
    with memory.serve() as process:
        alone = memory.take(process, [ROUTES[name]])
        together = memory.take(process, [ROUTES[name]] * AT_ONCE)
    assert alone.statuses.keys() <= {200, 202}
    assert together.statuses.keys() <= {200, 202, 429}
    assert alone.heap_mib < one * STEP
    assert together.heap_mib < min(eight * STEP, 95)


def test_the_table_has_every_route():
    assert list(documented()) == list(ROUTES)


@pytest.mark.extended
def test_many_bodies_that_are_just_small_share_the_memory():
    """A hundred at once, while the model is slow to take them, needed up to 130 MiB of heap."""
    body = memory.post("/v2/embed", {"model": NAME, "texts": [memory.text(32_000)] * 2, "input_type": "search_query"})
    with memory.serve() as process:
        found = memory.take(process, [body] * 100)
    assert found.statuses.keys() <= {200, 429}
    assert found.heap_mib < 75


def test_a_body_in_tiny_chunks_takes_no_more_than_in_one():
    body = json.dumps({"text": "a" * 59_000}).encode()
    chunks = (body[index : index + 1] for index in range(len(body)))
    with memory.serve() as process, Watch(process.pid) as watch:
        answer = requests.post(process.url(WORKER) + "/embed", data=chunks, headers=JSON, timeout=TIMEOUT_S)
    assert answer.status_code == 200
    assert watch.grown_mib < 30


@pytest.mark.parametrize("encoding", ["float", pytest.param("base64", marks=pytest.mark.extended)])
def test_answers_of_batches_take_turns(encoding):
    batch = memory.post("/v1/embeddings", {**BATCH, "encoding_format": encoding})
    with memory.serve() as process:
        found = memory.take(process, [batch] * AT_ONCE)
    assert found.statuses == Counter({200: AT_ONCE})
    assert found.resident_mib < BATCHES_MIB


@contextmanager
def connected(process: workerd.Process, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        address = ("127.0.0.1", process.ports[WORKER])
        yield [stack.enter_context(socket.create_connection(address, TIMEOUT_S)) for _ in range(count)]


@pytest.mark.extended
def test_clients_that_do_not_read_lose_their_answers():
    # a long deadline: on a slow machine, too, the last request waits until the others lose their answers
    with memory.serve(DEADLINE_S="300") as process, connected(process, 4) as silent, Watch(process.pid) as watch:
        for connection in silent:
            connection.sendall(b"".join(written("POST", "/v1/embeddings", BATCH)))
        url = process.url(WORKER)
        assert requests.post(url + "/embed", json={"text": "a"}, timeout=TIMEOUT_S).status_code == 200
        other = {"cf-connecting-ip": "192.0.2.1"}
        honest = requests.post(url + "/v1/embeddings", json=BATCH, headers=other, timeout=2 * TIMEOUT_S)
        assert len(honest.json()["data"]) == 2048
        assert watch.grown_mib < BATCHES_MIB


@pytest.mark.extended
def test_uploads_that_stop_are_ended_and_leave_room_for_others():
    head = "POST /embed HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncf-connecting-ip: 192.0.2.1\r\n"
    start = f"{head}content-length: {SIZE}\r\n\r\n".encode() + b'{"text":"' + b"a" * 70_000
    large = json.dumps({"text": "a" * (SIZE // 2)}).encode()

    def upload(number: int) -> int:
        headers = {**JSON, "cf-connecting-ip": f"192.0.2.{number}"}
        url = process.url(WORKER) + "/embed"
        return requests.post(url, data=large, headers=headers, timeout=TIMEOUT_S).status_code

    with memory.serve() as process, connected(process, 9) as stalled, ThreadPoolExecutor(20) as pool:
        for connection in stalled:
            connection.sendall(start)
        assert set(pool.map(upload, range(10, 30))) == {200}
        assert {too_slow(connection) for connection in stalled} == {(b"HTTP/1.1 408", True)}


def too_slow(connection: socket.socket) -> tuple[bytes, bool]:
    """Return the status of an answer, and whether the reason is the pace of the client, and not the deadline."""
    answer = b""
    while not answer.endswith(b"}"):
        answer += connection.recv(65_536)
    return answer[:12], b"too slowly" in answer


@pytest.mark.extended
def test_many_small_values_need_no_memory():
    lists = [",".join([value] * (SIZE // (len(value) + 1) - 20)) for value in ("[]", "{}", "7", '"a"')]
    with memory.serve() as process:
        found = memory.take(process, [("POST", "/embed", (body % part).encode()) for body in VALUES for part in lists])
    assert found.statuses.keys() <= {413, 429}
    assert found.heap_mib < AT_START_MIB


@pytest.mark.extended
def test_bodies_of_many_values_share_the_memory():
    """49,500 empty objects of 145 KB: the heap grew to 108 MiB."""
    body = ("POST", "/search", b'{"text":"a","filter":{"x":[%b]}}' % b",".join([b"{}"] * 49_500))
    with memory.serve() as process:
        found = memory.take(process, [body] * 60)
    assert found.statuses.keys() <= {400, 429}
    assert found.heap_mib < 65


@pytest.mark.extended
def test_what_is_repeated_for_each_text_shares_the_memory():
    """One title of 10 KB, or metadata, for a hundred texts: 4 MB of a body of 50 KB."""
    texts, emoji = ["a"] * 100, memory.EMOJI
    store = {"ids": list(map(str, range(100))), "metadata": {"x": emoji * 2_400}}
    title = memory.post("/embed", {"text": texts, "task": "document", "title": emoji * 10_000})
    with memory.serve() as process:
        found = memory.take(process, [title, memory.post("/embed", {"text": texts, "store": store})] * 30)
    assert found.statuses.keys() <= {200, 429}
    assert found.heap_mib < 80


@pytest.mark.extended
@pytest.mark.parametrize("path", ["/embed", "/v1/embeddings"])
@pytest.mark.parametrize("kind", ["name", "word"])
def test_a_name_or_a_word_that_fills_a_body_takes_no_more_than_a_text(path, kind):
    """Its error quotes it, and took up to 134 MiB."""
    long = "FLOAT" * (SIZE // 6) + memory.EMOJI
    field = {long: 1} if kind == "name" else {"encoding_format": long}
    known = {"text": "a"} if path == "/embed" else {"input": "a", "model": NAME, "of_another_server": 1}
    with memory.serve() as process:
        found = memory.take(process, [memory.post(path, {**known, **field})])
    assert found.statuses.keys() == ({200} if kind == "name" and path != "/embed" else {400})
    assert found.heap_mib < 80
