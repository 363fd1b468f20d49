"""The test of `ports.Index`, which the fakes, the emulator and the class of the binding pass.

Each check gets an index with 768 dimensions whose writes are visible at once, and the lifetime of a request. It uses
ids and namespaces of its own, because other checks may have written to the same index. The checks run under CPython
(test_calls.py) and in the runtime (tests/runtime/index/test_index.py), without pytest.
"""

import json

from embedder.errors import EmbedderError


async def ask(index, lifetime, method, *arguments, vectors=None):
    found = await index.call(lifetime, method, json.dumps(arguments), vectors)
    return json.loads(found.text)


async def write(index, lifetime, name, axis=0, method="upsert", **rest):
    """Store one vector along an axis."""
    return await ask(index, lifetime, method, [{"id": name, **rest}], vectors=index.axis(axis))


async def query(index, lifetime, axis, namespace, **options):
    options = {"topK": 10, "returnValues": False, "returnMetadata": "none", "namespace": namespace, **options}
    return await ask(index, lifetime, "query", options, vectors=index.axis(axis))


def by_id(found):
    return {item["id"]: item for item in found}


async def a_write_has_an_id_which_describe_returns(index, lifetime):
    before = await ask(index, lifetime, "describe")
    written = await write(index, lifetime, "counted")
    after = await ask(index, lifetime, "describe")
    assert written["mutationId"]
    assert after["processedUpToMutation"] == written["mutationId"]
    assert (after["dimensions"], after["vectorCount"]) == (768, before["vectorCount"] + 1)


async def upsert_replaces_and_insert_keeps(index, lifetime):
    for method, kept in (("upsert", "upsert"), ("insert", "upsert"), ("upsert", "again")):
        metadata = {"by": "again" if kept == "again" else method}
        await write(index, lifetime, "replaced", method=method, metadata=metadata)
        [found] = await ask(index, lifetime, "getByIds", ["replaced"])
        assert found["metadata"] == {"by": kept}, method


async def stored_vectors_have_the_position_of_their_numbers(index, lifetime):
    await write(index, lifetime, "first", 0, namespace="positions", metadata={"a": [1, {"b": "ä🤗"}]})
    await write(index, lifetime, "second", 1)
    found = await ask(index, lifetime, "getByIds", ["second", "missing", "first"])
    assert sorted(item["values"] for item in found) == [0, 1]
    assert by_id(found).keys() == {"first", "second"}
    first, second = by_id(found)["first"], by_id(found)["second"]
    assert (first["namespace"], first["metadata"]) == ("positions", {"a": [1, {"b": "ä🤗"}]})
    assert (second.get("namespace"), second.get("metadata")) == (None, None)


async def deleted_vectors_are_gone_and_others_are_no_error(index, lifetime):
    await write(index, lifetime, "deleted")
    written = await ask(index, lifetime, "deleteByIds", ["deleted", "never stored"])
    assert written["mutationId"]
    assert await ask(index, lifetime, "getByIds", ["deleted"]) == []


async def the_nearest_match_is_the_first(index, lifetime):
    for number in range(3):
        await write(index, lifetime, f"near-{number}", number, namespace="near")
    found = await query(index, lifetime, 1, "near", returnValues=True)
    assert found["count"] == len(found["matches"]) == 3
    assert found["matches"][0]["id"] == "near-1"
    assert [round(match["score"], 6) for match in found["matches"]] == [1, 0, 0]
    assert len((await query(index, lifetime, 1, "near", topK=2))["matches"]) == 2


async def a_search_stays_in_its_namespace(index, lifetime):
    await write(index, lifetime, "inside", namespace="inside")
    await write(index, lifetime, "outside", namespace="outside")
    assert by_id((await query(index, lifetime, 0, "inside"))["matches"]).keys() == {"inside"}
    assert await query(index, lifetime, 0, "nowhere") == {"count": 0, "matches": []}


async def a_match_has_what_was_asked_for(index, lifetime):
    await write(index, lifetime, "asked", namespace="asked", metadata={"year": 1610})
    [bare] = (await query(index, lifetime, 0, "asked"))["matches"]
    assert "values" not in bare
    assert "metadata" not in bare
    [full] = (await query(index, lifetime, 0, "asked", returnValues=True, returnMetadata="all"))["matches"]
    assert (full["values"], full["metadata"]) == (0, {"year": 1610})


async def a_stored_vector_can_be_searched_with(index, lifetime):
    await write(index, lifetime, "stored", 5, namespace="stored")
    await write(index, lifetime, "neighbour", 5, namespace="stored")
    options = {"topK": 10, "returnValues": False, "returnMetadata": "none", "namespace": "stored"}
    found = await ask(index, lifetime, "queryById", "stored", options)
    assert "neighbour" in by_id(found["matches"])
    try:
        await ask(index, lifetime, "queryById", "unknown", options)
    except EmbedderError as error:
        assert error.code == "not_found", error.code
    else:
        raise AssertionError("a search with an unknown id found something")


async def the_axes_repeat_after_the_last_dimension(index, lifetime):
    await write(index, lifetime, "axis", 768 + 7, namespace="axes")
    [match] = (await query(index, lifetime, 7, "axes", returnValues=True))["matches"]
    assert round(match["score"], 6) == 1


async def diverse_matches_are_in_the_order_of_choice(index, lifetime):
    for name, axis in (("one", 1), ("copy", 1), ("other", 2)):
        await write(index, lifetime, f"diverse-{name}", axis, namespace="diverse")
    options = {"topK": 10, "returnValues": True, "returnMetadata": "none", "namespace": "diverse"}
    arguments = json.dumps([options])
    found = await index.call(lifetime, "query", arguments, index.axis(1))
    matches = json.loads(found.text)["matches"]
    candidates = [(match["values"], match["score"]) for match in matches]
    for diversity, first, second in ((0.5, 1, 1), (0.9, 1, 2), (1, 1, 2)):
        chosen = index.diverse(found.values, candidates, 2, diversity)
        axes = [2 if matches[place]["id"] == "diverse-other" else 1 for place in chosen]
        assert axes == [first, second], (diversity, chosen)
    assert sorted(index.diverse(found.values, candidates, 9, 0.7)) == [0, 1, 2]
    assert index.diverse(found.values, [], 9, 0.7) == []


CHECKS = {
    check.__name__: check
    for check in (
        a_write_has_an_id_which_describe_returns,
        upsert_replaces_and_insert_keeps,
        stored_vectors_have_the_position_of_their_numbers,
        deleted_vectors_are_gone_and_others_are_no_error,
        the_nearest_match_is_the_first,
        a_search_stays_in_its_namespace,
        a_match_has_what_was_asked_for,
        a_stored_vector_can_be_searched_with,
        the_axes_repeat_after_the_last_dimension,
        diverse_matches_are_in_the_order_of_choice,
    )
}
