"""Bodies that take the most memory for their size. The Wasm heap never shrinks, and an isolate has 128 MB."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import requests

from benchmarks.contenders import WORKER, measured_config
from benchmarks.memory import MIB
from benchmarks.rows import Rows
from embedder.settings import Settings
from tools import workerd

JSON = {"content-type": "application/json"}
TIMEOUT_S = 60
SIZE = Settings().max_body_bytes - 1000
AT_START_MIB = 32
PER_BODY_BYTE = 16
AT_ONCE = 4
EMOJI = "\N{GRINNING FACE}"  # Python stores every character of a text with one in four bytes

TEXTS = {
    "one long text": ["ab " * (SIZE // 3)],
    "one long text with an emoji": ["ab " * (SIZE // 3) + EMOJI],
    "one text of digits and letters": ["1中" * (SIZE // 4)],
    "tags": ["<a>" * (SIZE // 3)],
    "many texts with an emoji": ["ab " * (SIZE // 310) + EMOJI] * 100,
}
VALUES = [
    '{"text":[%s]}',
    '{"text":"a","title":[%s]}',
    '{"text":"a","store":{"ids":["a"],"metadata":{"x":[%s]}}}',
    '{"text":"\\ud800","x":[%s]}',  # half a surrogate pair, whose path is searched in the whole body
]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Rows().write(tmp_path_factory.mktemp("memory") / "rows.json")


def heap_mib(rows: Path, folder: Path, bodies: Sequence[bytes]) -> tuple[set[int], float]:
    """Send all bodies at once to a new Worker. Return the statuses of the answers, and the size of its heap."""
    with workerd.serve(measured_config(rows), folder, log=False) as process, ThreadPoolExecutor() as pool:
        post = partial(requests.post, process.url(WORKER) + "/embed", headers=JSON, timeout=TIMEOUT_S)
        answers = [pool.submit(post, data=body) for body in bodies]
        statuses = {answer.result().status_code for answer in answers}
        memory = requests.get(process.url(WORKER) + "/__memory", timeout=TIMEOUT_S).json()
        return statuses, memory["heap_bytes"] / MIB


HARDEST = "many texts with an emoji"
NAMES = [name if name == HARDEST else pytest.param(name, marks=pytest.mark.extended) for name in TEXTS]


@pytest.mark.parametrize("name", NAMES)
def test_large_texts_at_once_need_no_more_memory_than_one(rows, tmp_path, name):
    body = json.dumps({"text": TEXTS[name], "task": "query"}, ensure_ascii=False).encode()
    assert SIZE * 0.9 < len(body) < SIZE + 1000
    statuses, heap = heap_mib(rows, tmp_path, [body] * AT_ONCE)
    assert statuses == {200}
    assert heap < AT_START_MIB + PER_BODY_BYTE * len(body) / MIB


def test_many_small_values_need_no_memory(rows, tmp_path):
    lists = [",".join([value] * (SIZE // (len(value) + 1) - 20)) for value in ("[]", "{}", "7", '"a"')]
    bodies = [(body % values).encode() for body in VALUES for values in lists]
    statuses, heap = heap_mib(rows, tmp_path, bodies)
    assert (statuses, heap < AT_START_MIB) == ({413}, True)
