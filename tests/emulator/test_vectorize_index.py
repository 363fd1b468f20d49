"""The index of the Vectorize emulator, called through its protocol, on the database in plain Python."""

import itertools
import json

import pytest

from emulator.vectorize import records, wire
from emulator.vectorize.index import Index
from emulator.vectorize.settings import Settings
from tests.emulator.plain import PlainDatabase

DELAY_MS = 300
SETTINGS = Settings(dimensions=3, delay_ms=DELAY_MS, properties={"lang": "string", "year": "number"})
APPROXIMATELY_1 = 0.999984622  # a cosine of 1 with a quantised vector of three numbers
NORTH, EAST, SOUTH = [0, 1, 0], [1, 0, 0], [0, -1, 0]


class Service:
    """The emulator with a manual clock. `restart` drops everything that is not in SQLite."""

    def __init__(self, settings=SETTINGS):
        self.database = PlainDatabase()
        self.now = 1_000_000.0
        self.mutation_numbers = itertools.count(1)
        self.restart(settings)

    def restart(self, settings=SETTINGS):
        self.database.vectors = {}
        self.index = Index(self.database, settings, self.now, lambda: f"m{next(self.mutation_numbers)}")

    def send(self, path, body=None, content_type="application/json"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return wire.answer(self.index, wire.Request(path, content, content_type), self.now)

    def ask(self, path, body=None):
        reply = self.send(path, body)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    def rejection(self, path, body=None, content_type="application/json"):
        reply = self.send(path, body, content_type)
        assert reply.status != 200
        error = json.loads(reply.body)
        return error["code"], error["error"]

    def settle(self):
        self.now += DELAY_MS

    def upsert(self, *vectors):
        """Upsert, and advance the clock until the write is visible."""
        answer = self.ask("upsert", {"vectors": vectors})
        self.settle()
        return answer["mutationId"]

    def ids(self, vector=NORTH, **options):
        return [match["id"] for match in self.ask("query", {"vector": vector, **options})["matches"]]


@pytest.fixture
def service():
    return Service()


def vector(vector_id, values=NORTH, **rest):
    return {"id": vector_id, "values": values, **rest}


def test_an_empty_index(service):
    assert service.ask("info") == {
        "vectorCount": 0,
        "dimensions": 3,
        "processedUpToDatetime": None,
        "processedUpToMutation": None,
    }
    assert service.ask("query", {"vector": NORTH}) == {"count": 0, "matches": []}
    assert service.ask("getByIds", {"ids": ["a"]}) == []


def test_a_match_has_only_the_requested_fields(service):
    service.upsert(vector("a", [0, 2, 0], namespace="n", metadata={"lang": "de", "free": [1, None]}))
    bare = {"id": "a", "score": 1.0, "namespace": "n"}
    full = {**bare, "values": [0.0, 2.0, 0.0], "metadata": {"lang": "de", "free": [1, None]}}
    for level, expected in {
        "none": bare,
        "indexed": {**bare, "metadata": {"lang": "de"}},
        "all": {**bare, "metadata": full["metadata"]},
    }.items():
        found = service.ask("query", {"vector": NORTH, "returnMetadata": level})
        assert found == {"count": 1, "matches": [{**expected, "score": APPROXIMATELY_1}]}
    assert service.ask("query", {"vector": NORTH, "returnValues": True, "returnMetadata": "all"})["matches"] == [full]
    assert service.ask("getByIds", {"ids": ["a"]}) == [{key: full[key] for key in full if key != "score"}]


def test_values_are_returned_as_32_bit_floats(service):
    service.upsert(vector("a", [58.8, 6.7, 3.4]))
    [found] = service.ask("getByIds", {"ids": ["a"]})
    assert found["values"] == [58.79999923706055, 6.699999809265137, 3.4000000953674316]


def test_matches_are_sorted_and_top_k_defaults_to_five(service):
    service.upsert(*(vector(f"v{number}", [number, 10, 0]) for number in range(8)))
    assert service.ids() == ["v0", "v1", "v2", "v3", "v4"]
    assert service.ids(topK=2) == ["v0", "v1"]
    assert len(service.ids(topK=100)) == 8


def test_scores_have_nine_decimals(service):
    service.upsert(vector("a", [1, 1, 0]))
    [found] = service.ask("query", {"vector": NORTH, "returnValues": True})["matches"]
    assert found["score"] == 0.707106781


def test_scores_are_exact_only_with_values(service):
    service.upsert(vector("a", [1, 1, 0.3]), vector("b", [0.2, 0.9, 0.1]))
    for query in ({"vector": NORTH}, {"vectorId": "a"}):
        exact = service.ask("query", {**query, "returnValues": True})["matches"]
        found = service.ask("query", {**query, "returnMetadata": "all"})["matches"]
        assert [each["id"] for each in found] == [each["id"] for each in exact]
        for one, other in zip(found, exact, strict=True):
            assert one["score"] == pytest.approx(other["score"], abs=0.01)
            assert one["score"] != other["score"]


@pytest.mark.parametrize(
    ("metric", "order"),
    [
        ("cosine", ["near", "far", "back"]),
        ("dot-product", ["far", "near", "back"]),
        ("euclidean", ["near", "back", "far"]),
    ],
)
def test_the_metric_decides_the_order(metric, order):
    service = Service(Settings(dimensions=3, delay_ms=DELAY_MS, metric=metric))
    service.upsert(vector("near", NORTH), vector("far", [0.1, 9, 0]), vector("back", SOUTH))
    assert service.ids() == order


def test_namespaces_and_filters_are_combined(service):
    service.upsert(
        vector("a", namespace="n", metadata={"lang": "de"}),
        vector("b", namespace="m", metadata={"lang": "de"}),
        vector("c", metadata={"lang": "de"}),
        vector("d", namespace="n", metadata={"lang": "en"}),
    )
    assert service.ids() == ["a", "b", "c", "d"]
    assert service.ids(namespace="n") == ["a", "d"]
    assert service.ids(namespace="n", filter={"lang": "de"}) == ["a"]
    assert service.ids(filter={"lang": "de"}, topK=1) == ["a"]
    assert service.ids(namespace="unknown") == []


def test_insert_keeps_existing_vectors_and_upsert_replaces_them(service):
    service.upsert(vector("a", metadata={"v": 1}, namespace="n"))
    service.ask("insert", {"vectors": [vector("a", EAST, metadata={"v": 2}), vector("b", metadata={"v": 2})]})
    service.settle()
    kept = service.ask("getByIds", {"ids": ["a", "b"]})
    assert [(each["id"], each["metadata"], each.get("namespace")) for each in kept] == [
        ("a", {"v": 1}, "n"),
        ("b", {"v": 2}, None),
    ]
    service.upsert(vector("a", EAST))
    assert service.ask("getByIds", {"ids": ["a"]}) == [{"id": "a", "values": EAST}]


def test_duplicate_ids_in_one_call(service):
    service.ask("insert", {"vectors": [vector("a", metadata={"v": 1}), vector("a", metadata={"v": 2})]})
    service.upsert(vector("b", metadata={"v": 1}), vector("b", metadata={"v": 2}))
    for _ in range(2):
        first, second = service.ask("getByIds", {"ids": ["a", "b"]})
        assert (first["metadata"], second["metadata"]) == ({"v": 1}, {"v": 2})
        service.restart()


def test_get_keeps_the_order_of_the_ids_and_skips_unknown_ones(service):
    service.upsert(vector("a"), vector("b"))
    assert [each["id"] for each in service.ask("getByIds", {"ids": ["b", "x", "a", "b"]})] == ["b", "a"]


def test_deleted_vectors_disappear_after_the_delay(service):
    service.upsert(vector("a"), vector("b"))
    assert set(service.ask("deleteByIds", {"ids": ["a", "x"]})) == {"mutationId"}
    assert service.ids() == ["a", "b"]
    service.settle()
    assert service.ids() == ["b"]
    service.restart()
    assert service.ids() == ["b"]


def test_a_filter_finds_nothing_of_a_vector_that_is_gone(service):
    service.upsert(vector("a", namespace="n", metadata={"lang": "de"}))
    service.ask("deleteByIds", {"ids": ["a"]})
    service.settle()
    service.upsert(vector("b", namespace="m", metadata={"lang": "en"}))  # its row has the number of the deleted one
    assert service.ids(filter={"lang": "de"}) == service.ids(namespace="n") == []
    service.upsert(vector("b", metadata={"year": 1}))
    assert service.ids(filter={"lang": "en"}) == service.ids(namespace="m") == []
    assert service.ids(filter={"year": 1}) == ["b"]


def test_a_query_by_id_includes_the_vector_itself(service):
    service.upsert(vector("a", NORTH), vector("b", EAST))
    found = service.ask("query", {"vectorId": "b", "topK": 1})
    assert found["matches"] == [{"id": "b", "score": APPROXIMATELY_1}]
    code, sentence = service.rejection("query", {"vectorId": "x"})
    assert (code, sentence) == (40404, 'no vector found for id="x"')


def test_a_write_becomes_visible_after_the_delay(service):
    mutation = service.ask("upsert", {"vectors": [vector("a")]})["mutationId"]
    service.now += DELAY_MS - 1
    assert service.ids() == []
    assert service.ask("getByIds", {"ids": ["a"]}) == []
    assert service.rejection("query", {"vectorId": "a"})[0] == 40404
    assert service.ask("info")["vectorCount"] == 0
    assert service.ask("info")["processedUpToMutation"] is None
    service.now += 1
    assert service.ids() == ["a"]
    info = service.ask("info")
    assert (info["vectorCount"], info["processedUpToMutation"]) == (1, mutation)
    assert info["processedUpToDatetime"] == "1970-01-01T00:16:40.000Z"


def test_writes_become_visible_in_order(service):
    service.ask("upsert", {"vectors": [vector("a", metadata={"v": 1})]})
    service.now += 100
    deletion = service.ask("deleteByIds", {"ids": ["a"]})["mutationId"]
    service.now += 100
    service.ask("insert", {"vectors": [vector("a", metadata={"v": 3})]})
    service.now += 100
    assert service.ask("getByIds", {"ids": ["a"]})[0]["metadata"] == {"v": 1}
    service.now += 100
    assert service.ask("getByIds", {"ids": ["a"]}) == []
    assert service.ask("info")["processedUpToMutation"] == deletion
    service.now += 100
    assert service.ask("getByIds", {"ids": ["a"]})[0]["metadata"] == {"v": 3}


def test_a_write_with_a_shorter_delay_does_not_overtake_earlier_ones(service):
    service.ask("upsert", {"vectors": [vector("a", metadata={"v": 1})]})
    service.restart(Settings(dimensions=3, delay_ms=0, properties=SETTINGS.properties))
    service.ask("upsert", {"vectors": [vector("a", metadata={"v": 2})]})
    assert service.ask("getByIds", {"ids": ["a"]}) == []
    service.settle()
    assert service.ask("getByIds", {"ids": ["a"]})[0]["metadata"] == {"v": 2}


def test_a_restart_keeps_all_writes(service):
    service.upsert(vector("a", NORTH, namespace="n", metadata={"lang": "de", "text": "ä🤗"}), vector("b", EAST))
    service.ask("upsert", {"vectors": [vector("c")]})
    service.ask("deleteByIds", {"ids": ["b"]})
    before = service.ask("query", {"vector": NORTH, "returnMetadata": "all", "returnValues": True})
    service.restart()
    assert service.ask("query", {"vector": NORTH, "returnMetadata": "all", "returnValues": True}) == before
    service.settle()
    assert service.ids() == ["a", "c"]
    service.restart()
    assert service.ids() == ["a", "c"]
    assert service.ids(filter={"lang": "de"}) == ["a"]
    assert service.ask("info")["processedUpToMutation"] == "m3"


def test_equal_scores_keep_their_order_after_a_restart(service):
    service.upsert(*(vector(name) for name in "abc"))
    service.upsert(vector("a"))
    assert service.ids() == ["b", "c", "a"]
    service.restart()
    assert service.ids() == ["b", "c", "a"]


def test_a_metadata_index_does_not_cover_older_vectors(service):
    service.upsert(vector("old", metadata={"lang": "de", "draft": "yes"}))
    with_draft = Settings(dimensions=3, delay_ms=DELAY_MS, properties={**SETTINGS.properties, "draft": "string"})
    service.restart(with_draft)
    service.now += 1
    service.upsert(vector("new", metadata={"lang": "de", "draft": "yes"}))
    for _ in range(2):
        assert service.ids(filter={"draft": "yes"}) == ["new"]
        assert service.ids(filter={"lang": "de"}) == ["old", "new"]
        service.now += 1
        service.restart(with_draft)
    service.upsert(vector("old", metadata={"draft": "yes"}))
    assert service.ids(filter={"draft": "yes"}) == ["new", "old"]


def test_a_recreated_metadata_index_does_not_cover_older_vectors(service):
    service.upsert(vector("a", metadata={"lang": "de"}))
    service.restart(Settings(dimensions=3, delay_ms=DELAY_MS))
    assert service.ids(filter={"lang": "de"}) == []
    service.now += 1
    service.restart()
    assert service.ids(filter={"lang": "de"}) == []


def test_rejects_dimensions_that_differ_from_the_stored_vectors(service):
    service.upsert(vector("a"))
    with pytest.raises(ValueError, match="have 3 dimensions, but DIMENSIONS is 4"):
        service.restart(Settings(dimensions=4))


def test_rejects_dimensions_that_differ_from_the_pending_vectors(service):
    service.ask("deleteByIds", {"ids": ["a"]})
    service.ask("upsert", {"vectors": [vector("a")]})
    with pytest.raises(ValueError, match="have 3 dimensions, but DIMENSIONS is 4"):
        service.restart(Settings(dimensions=4))


def test_a_batch_is_accepted_completely_or_not_at_all(service):
    assert service.rejection("upsert", {"vectors": [vector("a"), vector("b", [1])]}) == (
        40012,
        'invalid vector for id="b", expected 3 dimensions, and got 1 dimensions',
    )
    service.settle()
    assert service.ask("info")["vectorCount"] == 0


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        ({"id": "ä" * 33}, 40008, "id too long; max is 64 bytes, got 66 bytes"),
        ({"id": ""}, 40008, "id must not be empty"),
        ({"namespace": "ä" * 33}, 40009, "namespace too long; max is 64 bytes, got 66 bytes"),
        ({"values": []}, 40012, 'invalid vector for id="a", expected 3 dimensions, and got 0 dimensions'),
        ({"values": [1, 2, 1e39]}, 40012, 'invalid vector for id="a", a value does not fit a 32-bit float'),
        ({"metadata": {"k": "ä" * 5117}}, 40010, 'invalid metadata for id="a", max is 10240 bytes, got 10242 bytes'),
        *(
            ({"metadata": metadata}, 40010, "must be 1 to 512 characters")
            for metadata in ({"": 1}, {"a.b": 1}, {'a"': 1}, {"$a": 1}, {"a": {"$b": 1}}, {"k" * 513: 1})
        ),
    ],
)
def test_rejects_vectors_beyond_the_limits(service, changed, code, sentence):
    found_code, found_sentence = service.rejection("upsert", {"vectors": [{**vector("a"), **changed}]})
    assert found_code == code
    assert sentence in found_sentence


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "ä" * 32},
        {"namespace": "ä" * 32},
        {"namespace": ""},
        {"namespace": None, "metadata": None},
        {"metadata": {"k": "ä" * 5116}},
        {"metadata": {"k" * 512: 1, "a$": {"b": [1, None, {"x.y": 1}]}}},
        {"unknown": 1},
    ],
)
def test_accepts_vectors_at_the_limits(service, changed):
    service.upsert({**vector("a"), **changed})
    assert service.ask("info")["vectorCount"] == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"vectors": []}',
        b'{"vectors": [{"id": "a"}]}',
        b'{"vectors": [{"values": [1, 2, 3]}]}',
        b'{"vectors": [{"id": 7, "values": [1, 2, 3]}]}',
        b'{"vectors": [{"id": "a", "values": {"0": 1}}]}',
        b'{"vectors": [{"id": "a", "values": [1, null, 3]}]}',
        b'{"vectors": [{"id": "\\ud835", "values": [1, 2, 3]}]}',
        b'{"vectors": [{"id": "a", "values": [1, 2, 3], "metadata": {"t": "\\ud835"}}]}',
        b'{"vectors": [{"id": "a", "values": [1, 2, 3], "metadata": []}]}',
        b'{"vectors": [{"id": "\xff", "values": [1, 2, 3]}]}',
    ],
)
def test_rejects_a_malformed_write(service, body):
    sentence = "failed to parse upsert vectors request in json format: line None was not expected format"
    assert service.rejection("upsert", body) == (40023, sentence)


def test_ndjson_errors_name_the_line(service):
    lines = [json.dumps(vector(name)) for name in "abc"]
    reply = service.send("insert", "\n".join(lines).encode(), wire.NDJSON)
    assert reply.status == 200
    service.settle()
    assert service.ids() == ["a", "b", "c"]
    lines[1] = '{"id": "b"}'
    sentence = "failed to parse insert vectors request in ndjson format: line Some(1) was not expected format"
    assert service.rejection("insert", "\n".join(lines).encode(), wire.NDJSON) == (40023, sentence)


def test_accepts_1000_vectors_and_rejects_1001(service):
    many = [vector(str(number)) for number in range(records.MAX_VECTORS + 1)]
    assert service.rejection("upsert", {"vectors": many}) == (
        40007,
        "too many vectors in payload; max vector count is 1000, got 1001",
    )
    service.upsert(*many[1:])
    assert service.ask("info")["vectorCount"] == 1000
    service.restart()
    assert service.ask("info")["vectorCount"] == 1000


def filled(count):
    """Return a service with `count` vectors: two namespaces, and in each of them half of the vectors have metadata."""
    service = Service()
    vectors = [
        vector(str(n), namespace=f"n{n % 2}", metadata={"year": n, "free": "x"} if n % 4 < 2 else {})
        for n in range(count)
    ]
    service.upsert(*vectors)
    service.ids()
    return service


@pytest.mark.parametrize(
    ("options", "scores"),
    [
        ({}, 600),
        ({"namespace": "n0"}, 300),
        ({"filter": {"year": {"$lt": 100}}}, 50),
        ({"filter": {"year": {"$lt": 100}}, "namespace": "n1"}, 25),
        ({"filter": {"free": "x"}}, 0),
        ({"topK": 50, "returnMetadata": "all", "returnValues": True}, 600),
    ],
)
def test_python_reads_only_the_matches_and_only_narrowed_rows_get_a_score(options, scores):
    service = filled(600)
    service.database.reset()
    found = service.ids(**options)
    assert (service.database.rows_read, service.database.scores) == (len(found), scores)
    assert service.database.statements <= 1


def cost_of(service, action):
    """Return the statements, the rows that Python reads, and the vectors that are put into memory, in an action."""
    service.database.reset()
    action(service)
    return service.database.statements, service.database.rows_read, service.database.puts


def replace_ten(service):
    service.upsert(*(vector(str(n), metadata={"year": n}) for n in range(5, 15)))
    service.ids(topK=1)


def delete_ten(service):
    service.ask("deleteByIds", {"ids": [str(n) for n in range(10)]})
    service.settle()
    service.ids(topK=1)


@pytest.mark.parametrize(("action", "puts"), [(replace_ten, 10), (delete_ten, 0)])
def test_the_cost_of_a_write_does_not_depend_on_the_size_of_the_index(action, puts):
    small, large = (cost_of(filled(count), action) for count in (20, 600))
    assert small == large
    assert large[2] == puts


def test_no_vector_is_read_by_python_at_the_start():
    small, large = (cost_of(filled(count), Service.restart) for count in (20, 600))
    assert small[:2] == large[:2]


def test_tables_of_an_earlier_version_get_their_keys_at_the_start():
    service = filled(1000)
    service.upsert(vector("1000", namespace="n1", metadata={"year": 1000}))
    service.ids()
    service.ask("upsert", {"vectors": [vector("later", namespace="n0", metadata={"year": 5000})]})
    service.database.connection.execute("DROP TABLE keys")
    service.restart()
    assert service.ids(namespace="n1", filter={"year": {"$gte": 990}}) == ["993", "997", "1000"]
    service.settle()
    assert service.ids(filter={"year": 5000}) == ["later"]


@pytest.mark.parametrize(("path", "limit"), [("getByIds", 20), ("deleteByIds", 100)])
def test_limits_the_number_of_ids(service, path, limit):
    service.ask(path, {"ids": ["a"] * limit})
    sentence = f"too many ids in payload; max id count is {limit}, got {limit + 1}"
    assert service.rejection(path, {"ids": ["a"] * (limit + 1)}) == (40007, sentence)
    assert service.rejection(path, {"ids": ["a" * 65]})[0] == 40008
    assert service.rejection(path, {"ids": [1]})[0] == 40026


PARSE = "Failed to parse the request body as JSON: "
FULL = "with returnValues=true or returnMetadata=all, max top K is 50, but got 51"
ADVICE = "; for a top K up to 100, retry with returnValues=false and returnMetadata=indexed"


@pytest.mark.parametrize(
    ("changed", "code", "sentence"),
    [
        ({"vector": [1, 2]}, 40006, "invalid query vector, expected 3 dimensions, and got 2 dimensions"),
        ({"vector": []}, 40006, "invalid query vector, expected 3 dimensions, and got 0 dimensions"),
        ({"topK": 101}, 40025, "max top K is 100, but got 101"),
        ({"topK": 51, "returnValues": True}, 40025, FULL + ADVICE),
        ({"topK": 51, "returnMetadata": "all"}, 40025, FULL + ADVICE),
        ({"topK": 0}, 40025, "min top K is 1, but got 0"),
        ({"topK": 1.5}, 40026, PARSE + "topK: Expected `int | null`, got `float`"),
        ({"topK": "5"}, 40026, PARSE + "topK: Expected `int | null`, got `str`"),
        ({"returnMetadata": False}, 40026, PARSE + "returnMetadata: expected value"),
        ({"returnMetadata": "some"}, 40026, PARSE + "returnMetadata: expected value"),
        ({"vector": None}, 40026, PARSE + "missing field `vector`"),
        ({"filter": {}}, 40026, PARSE + "filter: must be a non-empty object"),
        ({"filter": "lang"}, 40026, PARSE + "filter: Expected `object | null`, got `str`"),
        ({"namespace": "n" * 65}, 40009, "namespace too long; max is 64 bytes, got 65 bytes"),
    ],
)
def test_rejects_an_invalid_query(service, changed, code, sentence):
    assert service.rejection("query", {"vector": NORTH, **changed}) == (code, sentence)


@pytest.mark.parametrize(
    "changed",
    [
        {"topK": 100},
        {"topK": 50, "returnValues": True, "returnMetadata": "all"},
        {"topK": 100, "returnValues": False, "returnMetadata": "indexed"},
        {"topK": None, "filter": None, "namespace": None, "returnMetadata": None, "returnValues": None},
    ],
)
def test_accepts_queries_at_the_limits(service, changed):
    assert service.ask("query", {"vector": NORTH, **changed})["count"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("upsert", {"vectors": [vector("a"), vector("fault:40041")]}),
        ("insert", {"vectors": [vector("fault:40041")]}),
        ("getByIds", {"ids": ["a", "fault:40041"]}),
        ("deleteByIds", {"ids": ["fault:40041"]}),
        ("query", {"vector": NORTH, "namespace": "fault:40041"}),
    ],
)
def test_a_requested_fault_is_returned(service, path, body):
    reply = service.send(path, body)
    assert (reply.status, json.loads(reply.body)) == (429, {"code": 40041, "error": "Too Many Requests"})
    service.settle()
    assert service.ask("info")["vectorCount"] == 0


def test_a_requested_delay_is_returned(service):
    assert service.send("upsert", {"vectors": [vector("fault:slow:2000")]}).delay_ms == 2000
    assert service.send("query", {"vector": NORTH, "namespace": "fault:slow:50"}).delay_ms == 50
    assert service.send("getByIds", {"ids": ["a"]}).delay_ms == 0


def test_an_unknown_path_is_not_found(service):
    assert service.send("list").status == 404
