"""The test of `emulator.vectorize.ports.Database`, which every implementation passes.

Each function of CHECKS gets an empty database for vectors of four numbers. They run under CPython
(test_vectorize_database.py) and in the runtime (tests/runtime/index/test_vectorize_database.py), without pytest.
"""

import json
import math
import random
from array import array

from emulator.vectorize.ports import Select

WIDTH = 4
TABLE = "CREATE TABLE stored (id TEXT, vector BLOB)"
ALL = Select("SELECT rowid, vector FROM stored ORDER BY rowid")


def dot(left, right):
    return math.fsum(a * b for a, b in zip(left, right, strict=True))


def norm(values):
    return math.sqrt(dot(values, values))


DEFINITIONS = {
    "cosine": lambda a, b: dot(a, b) / norm(a) / norm(b),
    "dot-product": dot,
    "euclidean": lambda a, b: math.sqrt(math.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True))),
}


def write(database, vectors):
    """Store vectors in the table, and put them into memory. The first one has row 1."""
    database.rows(Select(TABLE.replace("TABLE", "TABLE IF NOT EXISTS")))
    items = [{"id": str(number), "values": values} for number, values in enumerate(vectors)]
    sent = database.take(encoded({"vectors": items}), "vectors")
    database.insert("INSERT INTO stored VALUES (?, ?)", [(item["id"],) for item in items], sent)
    database.put(ALL)


def encoded(value):
    return json.dumps(value).encode()


def query(database, vector):
    return database.take(encoded({"vector": vector}), "vector")


def nearest(database, vector, metric="cosine", count=3, among=None, *, exact=True):
    return database.nearest(query(database, vector), metric, count, among, exact=exact)


def rows_of(found):
    return [row for row, _ in found]


def values(database, *rows):
    filled = database.fill(encoded([{"values": row} for row in rows]))
    return [item["values"] for item in json.loads(text_of(filled))]


def text_of(body):
    """Return the bytes of a filled answer; in the runtime it is an array of JavaScript."""
    return body if isinstance(body, bytes) else body.to_bytes()


def random_vectors(count, seed):
    source = random.Random(seed)
    return [[source.uniform(-1, 1) for _ in range(WIDTH)] for _ in range(count)]


def statements_return_their_rows(database):
    assert list(map(list, database.rows(Select("SELECT ?, ?, ?", ("ä🤗\0", 1.5, None))))) == [["ä🤗\0", 1.5, None]]
    assert not database.rows(Select(TABLE))
    database.insert("INSERT INTO stored (id) VALUES (?)", [("a",), ("b",)])
    found = database.rows(
        Select("SELECT rowid, id FROM stored WHERE rowid IN (SELECT value FROM json_each(?))", ("[2]",))
    )
    assert list(map(list, found)) == [[2, "b"]]


def scores_agree_with_the_definition_of_the_metric(database):
    vectors, wanted = random_vectors(300, 7), random_vectors(1, 8)[0]
    write(database, vectors)
    stored = [array("f", each) for each in vectors]
    for metric, score in DEFINITIONS.items():
        expected = [(score(array("f", wanted), each), row) for row, each in enumerate(stored, 1)]
        expected.sort(reverse=metric != "euclidean")
        found = nearest(database, wanted, metric, 20)
        assert rows_of(found) == [row for _, row in expected[:20]], metric
        assert all(abs(one - other) < 1e-12 for (_, one), (other, _) in zip(found, expected, strict=False)), metric


def quantized(values):
    """Return the middle of the step of each number, of 256 between the largest one and its negative.

    Numbers at odd places are negated before, and again after.
    """
    step = max(map(abs, values)) / 128
    signs = [-1 if place % 2 else 1 for place in range(len(values))]
    turned = [value * sign for value, sign in zip(values, signs, strict=True)]
    middles = [(min(127, math.floor(value / step)) + 0.5) * step for value in turned]
    return [value * sign for value, sign in zip(middles, signs, strict=True)]


def approximate_scores_are_those_of_quantized_vectors(database):
    vectors, wanted = [*random_vectors(300, 7), [3e38, -3e38, 1, 0], [1, 0, 0, 0]], random_vectors(1, 8)[0]
    write(database, vectors)
    stored = [quantized(array("f", each)) for each in vectors]
    for metric, score in DEFINITIONS.items():
        expected = [(score(array("f", wanted), each), row) for row, each in enumerate(stored, 1)]
        expected.sort(reverse=metric != "euclidean")
        found = nearest(database, wanted, metric, 20, exact=False)
        assert rows_of(found) == [row for _, row in expected[:20]], metric
        assert all(abs(one / other - 1) < 1e-9 for (_, one), (other, _) in zip(found, expected, strict=False)), metric


def no_approximate_score_is_exact(database):
    vectors = [*random_vectors(20, 5), [1, 0, 0, 0], [1, 1, 1, 1]]
    write(database, vectors)
    for vector in vectors:
        exact = dict(nearest(database, vector, count=22))
        approximate = dict(nearest(database, vector, count=22, exact=False))
        assert all(abs(exact[row] - approximate[row]) < 0.02 for row in exact)
        assert sum(exact[row] == approximate[row] for row in exact) <= 1  # [1, 1, 1, 1] keeps its direction
    write(database, [[0, 0, 0, 0]])
    assert dict(nearest(database, [1, 0, 0, 0], count=50, exact=False))[23] == 0


def approximate_scores_follow_changes(database):
    write(database, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    database.remove(Select("SELECT 1"))  # the last vector takes its place in memory
    assert rows_of(nearest(database, [0, 0, 1, 0], exact=False))[0] == 3
    database.rows(Select("UPDATE stored SET vector = (SELECT vector FROM stored WHERE rowid = 3) WHERE rowid = 2"))
    database.put(ALL)
    assert rows_of(nearest(database, [0, 0, 1, 0], exact=False))[:2] == [2, 3]
    assert rows_of(database.nearest(3, "cosine", 2, None, exact=False)) == [2, 3]


def scores_of_large_and_small_numbers_are_exact(database):
    write(database, [[3e38, 3e38, 3e38, 3e38], [1e-44, 0, 0, 0], [1, 2**-23, 0, 0]])
    found = dict(nearest(database, [3e38, 3e38, 3e38, 3e38]))
    assert abs(found[1] - 1) < 1e-12
    assert abs(found[2] - 0.5) < 1e-12
    large = array("f", [3e38])[0]
    assert dict(nearest(database, [3e38, 0, 0, 0], "dot-product"))[1] == large * large
    assert dict(nearest(database, [1, 0, 0, 0], "euclidean"))[3] == 2**-23


def the_cosine_ignores_lengths_and_is_zero_for_a_zero_vector(database):
    write(database, [[0.3, 0.4, 0, 0], [0, 0, 0, 0], [-3, -4, 0, 0]])
    assert [(row, round(score, 6)) for row, score in nearest(database, [3, 4, 0, 0])] == [(1, 1), (2, 0), (3, -1)]
    assert nearest(database, [0, 0, 0, 0]) == [(1, 0), (2, 0), (3, 0)]


def equal_scores_are_in_the_order_of_rows(database):
    write(database, [[1, 0, 0, 0]] * 9)
    database.remove(Select("SELECT 2"))
    database.put(Select("SELECT rowid, vector FROM stored WHERE rowid = 2"))  # now the last one in memory
    for metric in DEFINITIONS:
        assert rows_of(nearest(database, [1, 0, 0, 0], metric, 4)) == [1, 2, 3, 4], metric
        among = Select("SELECT rowid FROM stored WHERE rowid > 1 ORDER BY rowid DESC")
        assert rows_of(nearest(database, [1, 0, 0, 0], metric, 4, among)) == [2, 3, 4, 5], metric


def a_stored_vector_can_be_the_query(database):
    write(database, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0.1, 0]])
    assert rows_of(database.nearest(2, "cosine", 2, None, exact=True)) == [2, 3]


def there_are_at_most_as_many_results_as_rows(database):
    assert nearest(database, [1, 0, 0, 0]) == []
    write(database, [[1, 0, 0, 0]] * 3)
    assert len(nearest(database, [1, 0, 0, 0], count=5)) == 3
    assert len(nearest(database, [1, 0, 0, 0], count=1)) == 1


def only_selected_rows_take_part(database):
    write(database, random_vectors(50, 3))
    among = Select("SELECT rowid FROM stored WHERE rowid BETWEEN ? AND ?", (10, 14))
    assert sorted(rows_of(nearest(database, [1, 0, 0, 0], count=50, among=among))) == [10, 11, 12, 13, 14]
    assert nearest(database, [1, 0, 0, 0], among=Select("SELECT 1 WHERE 0")) == []
    assert nearest(database, [1, 0, 0, 0], among=Select("SELECT 1000")) == []


def removed_rows_are_gone_and_the_others_stay(database):
    vectors = random_vectors(2500, 11)  # more than two pieces of memory
    write(database, vectors)
    database.rows(Select("DELETE FROM stored WHERE rowid % 2 = 0 OR rowid > 2000"))
    database.remove(
        Select("SELECT value FROM json_each(?) WHERE value % 2 = 0 OR value > 2000", (json.dumps([*range(3000)]),))
    )
    assert database.count == 1000
    assert sorted(rows_of(nearest(database, [1, 0, 0, 0], count=3000))) == [*range(1, 2001, 2)]
    assert values(database, 1, 999, 1999) == [list(array("f", vectors[row - 1])) for row in (1, 999, 1999)]
    database.remove(Select("SELECT rowid FROM stored"))
    assert (database.count, nearest(database, [1, 0, 0, 0])) == (0, [])
    database.put(ALL)
    assert database.count == 1000
    assert rows_of(database.nearest(1001, "euclidean", 1, None, exact=True)) == [1001]


def a_vector_can_be_replaced(database):
    write(database, [[1, 0, 0, 0], [0, 1, 0, 0]])
    write(database, [[0, 0, 1, 0]])
    database.rows(Select("UPDATE stored SET vector = (SELECT vector FROM stored WHERE rowid = 3) WHERE rowid = 1"))
    database.put(ALL)
    assert database.count == 3
    assert nearest(database, [0, 0, 1, 0], "dot-product", 2) == [(1, 1), (3, 1)]


def values_are_returned_as_float32(database):
    write(database, [[58.8, 6.7, 3.4, -0.5], [1, 0, 0, 1e-45]])
    assert values(database, 2, 1) == [
        [1, 0, 0, array("f", [1e-45])[0]],
        [58.79999923706055, 6.699999809265137, 3.4000000953674316, -0.5],
    ]
    matches = {"count": 1, "matches": [{"id": "ä", "values": 2, "metadata": {"values": 1, "matches": [1]}}]}
    filled = json.loads(text_of(database.fill(encoded(matches))))
    matches["matches"][0]["values"] = values(database, 2)[0]
    assert filled == matches
    assert json.loads(text_of(database.fill(b"[]"))) == []


def shapes_take_the_place_of_vectors(database):
    for given, width, finite in (
        ([1, 2.5, -3e38], 3, True),
        ([], 0, True),
        ([1, 3.5e38], 2, False),
        ([-1e39], 1, False),
        ([1, None], -1, True),
        (["1"], -1, True),
        ([True], -1, True),
        ([[1]], -1, True),
        ({"0": 1}, -1, True),
        ("1", -1, True),
        (7, -1, True),
    ):
        shape = {"width": width, "finite": finite}
        assert text(database, {"vector": given, "topK": 1}, "vector") == {"vector": shape, "topK": 1}, given
        item = {"id": "a", "metadata": {"values": [1]}}
        expected = {"vectors": [{**item, "values": shape}, item], "vector": [1]}
        assert text(database, {"vectors": [{**item, "values": given}, item], "vector": [1]}, "vectors") == expected, (
            given
        )


def text(database, body, form):
    return json.loads(database.take(encoded(body), form).text)


def everything_else_stays_as_it_is(database):
    for body in ({"vector": None}, {}, {"vectorId": "ä🤗\ud835"}, [], 7, None, "vector", [{"vector": [1]}]):
        assert text(database, body, "vector") == body, body
    for body in ({"vectors": None}, {"vectors": {}}, {"vectors": [None, 7, [1], {"values": None}]}, [{"values": [1]}]):
        assert text(database, body, "vectors") == body, body
    assert database.take(b'{"ids": ["a"]}', "").text == b'{"ids": ["a"]}'
    for body in (b"", b"{", b'{"vector": [1]', b'{"vector": [NaN]}', b'{"vector": "\xff"}'):
        assert database.take(body, "vector").text == body, body
        assert database.take(body, "vectors").text == body, body


def each_line_is_a_vector(database):
    body = b'{"id": "a", "values": [1, 2]}\n{"id": "b", "values": [1e39]}\r\n\n{"id"\n7\n{"id": "\xff"}\n{"id": "c"}\n'
    lines = [json.loads(line) for line in database.take(body, "lines").text.splitlines()]
    shapes = {"width": 2, "finite": True}, {"width": 1, "finite": False}
    assert lines[:2] == [{"id": "a", "values": shapes[0]}, {"id": "b", "values": shapes[1]}]
    assert lines[2:] == [None, None, 7, None, {"id": "c"}]
    assert database.take(b"\n", "lines").text == b"null"
    assert database.take(b"", "lines").text == b""


def vectors_of_lines_are_stored_in_their_order(database):
    database.rows(Select(TABLE))
    body = b"\n".join(encoded({"id": str(number), "values": [number, 0, 0, 0]}) for number in range(5))
    database.insert(
        "INSERT INTO stored VALUES (?, ?)", [(str(number),) for number in range(5)], database.take(body, "lines")
    )
    database.put(ALL)
    assert values(database, 1, 5) == [[0, 0, 0, 0], [4, 0, 0, 0]]


CHECKS = {
    check.__name__: check
    for check in (
        statements_return_their_rows,
        scores_agree_with_the_definition_of_the_metric,
        approximate_scores_are_those_of_quantized_vectors,
        no_approximate_score_is_exact,
        approximate_scores_follow_changes,
        scores_of_large_and_small_numbers_are_exact,
        the_cosine_ignores_lengths_and_is_zero_for_a_zero_vector,
        equal_scores_are_in_the_order_of_rows,
        a_stored_vector_can_be_the_query,
        there_are_at_most_as_many_results_as_rows,
        only_selected_rows_take_part,
        removed_rows_are_gone_and_the_others_stay,
        a_vector_can_be_replaced,
        values_are_returned_as_float32,
        shapes_take_the_place_of_vectors,
        everything_else_stays_as_it_is,
        each_line_is_a_vector,
        vectors_of_lines_are_stored_in_their_order,
    )
}
