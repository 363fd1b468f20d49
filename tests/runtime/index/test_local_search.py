"""20,000 vectors in the Vectorize emulator, in the runtime: searches, filters, namespaces, deletions and replacements.

Vector `n` is 1 on axis `n % 768`, and has a smaller number on the next axis, which grows with `n`. The best matches of
a unit vector along an axis are therefore known.
"""

import json
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.runtime.index import test_vectorize_contract as contract
from tests.runtime.index.test_vectorize_contract import IndexBinding
from tools import workerd

COUNT, BATCH, WIDTH = 20_000, 1_000, 768
# `numbers` become documents here, so that 15 million numbers are not sent as JSON by the test
CALLER = """
function documentOf(n) {
  const values = new Array(768).fill(0);
  values[n % 768] = 1;
  values[(n + 1) % 768] = (Math.floor(n / 768) + 1) / 100;
  return { id: `id-${n}`, values, namespace: `n${n % 10}`, metadata: { n, lang: n % 3 ? "de" : "en" } };
}
export default {
  async fetch(request, env) {
    const { binding, method, args, numbers } = await request.json();
    const given = numbers ? [numbers.map(documentOf)] : args;
    const started = Date.now();
    return Response.json({ value: await env[binding][method](...given), ms: Date.now() - started });
  }
};
"""
BINDINGS = {
    "REAL": workerd.vectorize("emulator", entrypoint="Vectorize"),
    "RPC": workerd.service("emulator", "Vectorize"),
}
VARIABLES = {"DIMENSIONS": "768", "VISIBILITY_DELAY_MS": "0", "METADATA_INDEXES": "lang:string,n:number"}


class Filled(IndexBinding):
    """A binding to the index. Both bindings lead to the same one."""

    def upsert(self, numbers: range) -> int:
        """Upsert the documents with these numbers, and return the milliseconds."""
        body = {"binding": self.name, "method": "upsert", "numbers": list(numbers)}
        return requests.post(self.process.url("caller"), json=body, timeout=120).json()["ms"]

    def numbers(self, axis: int, **options: object) -> list[int]:
        """Return the numbers of the best matches of the unit vector along an axis, by exact scores."""
        unit = [float(place == axis) for place in range(WIDTH)]
        return [
            int(match["id"][3:]) for match in self.call("query", unit, {**options, "returnValues": True})["matches"]
        ]

    def delete(self, numbers: range) -> None:
        self.call("deleteByIds", [f"id-{number}" for number in numbers])


def expected(axis: int, count: int, keep: Callable[[int], bool] = lambda _: True) -> list[int]:
    """Return the numbers of the best matches among the vectors that `keep` accepts."""
    numbers = [number for number in range(COUNT) if keep(number)]
    return sorted(numbers, key=lambda number: -score(number, axis))[:count]


def score(number: int, axis: int) -> float:
    second = (number // WIDTH + 1) / 100
    values = {number % WIDTH: 1.0, (number + 1) % WIDTH: second}
    return values.get(axis, 0.0) / (1 + second * second) ** 0.5


@pytest.fixture(scope="module")
def bindings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Filled, Filled]]:
    """The real class and RPC, in front of one index. Each wrote half of the vectors."""
    folder = tmp_path_factory.mktemp("search")
    caller = workerd.Worker("caller", workerd.js_worker(CALLER), BINDINGS)
    emulator = contract.emulator("emulator", "disk", VARIABLES)
    config = workerd.Config([workerd.Disk("disk", folder), caller, emulator], {"caller": 0})
    with workerd.serve(config, folder) as process:
        both = Filled(process, "REAL"), Filled(process, "RPC")
        for first in range(0, COUNT, BATCH):
            both[first // BATCH % 2].upsert(range(first, first + BATCH))
        yield both


@pytest.mark.parametrize("axis", [0, 31, 767])
@pytest.mark.parametrize(
    ("options", "keep"),
    [
        ({}, lambda _: True),
        ({"namespace": "n7"}, lambda n: n % 10 == 7),
        ({"namespace": "unknown"}, lambda _: False),
        ({"filter": {"lang": "de"}}, lambda n: n % 3),
        ({"filter": {"n": {"$gte": 5000, "$lt": 15000}}}, lambda n: 5000 <= n < 15000),
        (
            {"filter": {"lang": {"$ne": "de"}, "n": {"$gt": 900}}, "namespace": "n1"},
            lambda n: not n % 3 and n > 900 and n % 10 == 1,
        ),
        ({"filter": {"unknown": 1}}, lambda _: False),
    ],
)
def test_finds_the_best_of_the_vectors_that_match(bindings, axis, options, keep):
    for binding in bindings:
        assert binding.numbers(axis, topK=40, **options) == expected(axis, 40, keep)


def test_deleted_vectors_are_gone_and_replaced_ones_are_found(bindings):
    real, rpc = bindings
    first = expected(31, 27)
    real.delete(range(100))
    assert rpc.call("describe")["vectorCount"] == COUNT - 100
    assert rpc.numbers(31, topK=26) == first[1:]
    assert rpc.numbers(31, topK=3, namespace="n1") == expected(31, 3, lambda n: n % 10 == 1 and n >= 100)
    rpc.upsert(range(100))
    rpc.upsert(range(9_900, 10_000))
    assert real.call("describe")["vectorCount"] == COUNT
    assert real.numbers(31, topK=27) == first
    assert real.numbers(31, topK=3, namespace="n1", filter={"n": {"$lt": 9_000}}) == expected(
        31, 3, lambda n: n % 10 == 1 and n < 9_000
    )
    [found] = real.call("getByIds", ["id-31"])
    assert [place for place, value in enumerate(found["values"]) if value] == [31, 32]


def test_a_search_is_faster_than_a_write_of_a_twentieth_of_the_vectors(bindings):
    unit = [1.0] * WIDTH
    for binding in bindings:
        write = binding.upsert(range(BATCH))
        search = min(binding.time_ms("query", unit) for _ in range(3))
        assert search < write, json.dumps({"write": write, "search": search})
