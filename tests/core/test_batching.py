"""The variables of the binding `BATCHER`."""

from embedder import batching
from embedder.batching import Batching

VALUES = {
    "BATCHER_TEXTS": "4",
    "BATCHER_SHARDS": "3",
    "BATCHER_CALLS": "1",
    "BATCHER_CACHE_BYTES": "0",
    "BATCHER_CACHE_BOUND_KEYS": "on",
    "BATCHER_LOCATION": "weur",
}


def test_every_variable_is_read():
    faults: list[str] = []
    assert set(VALUES) == set(batching.VARIABLES)
    found = batching.from_env(VALUES, faults)
    assert found == Batching(texts=4, shards=3, calls=1, cache_bytes=0, cache_for_all=True, location="weur")
    assert (batching.from_env({}, faults), faults) == (Batching(), [])


def test_invalid_variables_are_named_and_get_their_defaults():
    faults: list[str] = []
    wrong = dict.fromkeys(VALUES, "moon")
    assert batching.from_env(wrong, faults) == Batching()
    assert [fault.split()[0] for fault in faults] == list(VALUES)
