"""Batches to a service that fails: repeats, waits, rejections, halves."""

import asyncio
import json

import httpx
import pytest

from embedder_cli.importer.documents import Document, Location, item_of
from embedder_cli.importer.result.tally import Tally
from embedder_cli.importer.sending import backoff
from embedder_cli.importer.sending.connection import Connection, StoppedError
from embedder_cli.importer.sending.delivery import Delivery
from embedder_cli.importer.sending.journal import Journal
from embedder_cli.importer.sending.verdicts import NOT_THIS_SERVICE, Rejected, Repeat, Split, Stop, Written, judge
from embedder_cli.service import Answer, Service


def error(status, code="upstream_error", message="It failed.", param=None, headers=None, **more):
    body = {"error": {"message": message, "type": "x", "param": param, "code": code}, **more}
    return httpx.Response(status, json=body, headers=headers)


WRITTEN = "written"


def written(count, headers=None):
    return httpx.Response(200, json={"count": count, "mutation_ids": ["m"]}, headers=headers)


class Server:
    """Answers by `reply`, which gets the ids of a request and its number; remembers what was sent and waited."""

    def __init__(self, reply, *, longest_wait_s=300.0):
        self.sent, self.waits, self.tally = [], [], Tally()
        self._reply = reply
        self.journal = Journal(None, "http://test")
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        target = Service.at("http://test", "a-key")
        connection = Connection(target, client, self.tally, longest_wait_s, sleep=self._sleep, jitter=lambda: 1.0)
        self.delivery = Delivery(connection, self.journal, self.tally, b',"keep_text":true')

    def _answer(self, request):
        body = json.loads(request.content)
        assert request.headers["authorization"] == "Bearer a-key"
        assert request.method == "DELETE" or body["keep_text"] is True
        ids = body["ids"] if request.method == "DELETE" else [item["id"] for item in body["documents"]]
        self.sent.append(ids)
        found = self._reply(ids, len(self.sent))
        if isinstance(found, Exception):
            raise found
        return written(len(ids)) if found is WRITTEN else found

    async def _sleep(self, seconds):
        self.waits.append(round(seconds, 1))

    def deliver(self, *names):
        asyncio.run(self.delivery.deliver(items(*names)))


def heard(answer):
    return Answer(answer.status_code, answer.headers, answer.json())


def items(*names):
    return [item_of(Document(name, "x", Location("f", line)), b"", 1) for line, name in enumerate(names, 1)]


def test_a_batch_is_written_once_and_entered():
    server = Server(lambda _ids, _number: WRITTEN)
    server.deliver("a", "b")
    assert server.sent == [["a", "b"]]
    assert server.tally.written == 2
    assert [server.journal.entry(name).digest for name in "ab"] == [item.digest for item in items("a", "b")]
    assert server.journal.entry("c") is None


def test_truncated_texts_are_named():
    server = Server(lambda ids, _number: written(len(ids), {"x-embedding-truncated": "1"}))
    server.deliver("a", "b", "c")
    assert server.tally.truncated_documents == [("b", Location("f", 2))]
    assert server.journal.entry("b").truncated is True


@pytest.mark.parametrize(
    "fault", [error(503), error(504), error(500), httpx.Response(502, text="<html>"), httpx.ReadError("reset")]
)
def test_a_failure_is_repeated_after_growing_waits(fault):
    server = Server(lambda _ids, number: fault if number < 4 else WRITTEN)
    server.deliver("a")
    assert server.waits == [0.5, 1.0, 2.0]
    assert (server.tally.written, server.tally.retries) == (1, 3)


def test_retry_after_is_obeyed():
    server = Server(lambda _ids, number: error(429, headers={"retry-after": "7"}) if number == 1 else WRITTEN)
    server.deliver("a")
    assert server.waits[0] == 8.0
    assert server.tally.written == 1


def test_a_wait_that_is_too_long_stops_with_the_time_to_come_back():
    server = Server(lambda _ids, _number: error(429, "quota_exhausted", "Used up.", headers={"retry-after": "36000"}))
    with pytest.raises(StoppedError, match=r"Used up\. Run the same command again in 10\.0 hours\."):
        server.deliver("a")
    assert len(server.sent) == 1


def test_attempts_are_bounded_where_nothing_gets_through():
    server = Server(lambda _ids, _number: error(503, message="Busy."))
    with pytest.raises(StoppedError, match=r"Busy\. Repeats did not help"):
        server.deliver("a", "b")
    assert len(server.sent) == backoff.MAX_ATTEMPTS + 2


def test_what_was_accepted_before_a_failure_is_not_sent_again():
    server = Server(
        lambda _ids, number: error(503, accepted=["a", "b"], not_accepted=["c"]) if number == 1 else WRITTEN
    )
    server.deliver("a", "b", "c")
    assert server.sent == [["a", "b", "c"], ["c"]]
    assert server.tally.written == 3


def test_a_rejected_document_is_left_out_and_the_rest_is_sent():
    message = "documents[1].metadata has 12000 bytes with the text; the limit is 10240."
    server = Server(
        lambda ids, _number: error(400, "invalid_request", message, "documents[1].metadata") if "b" in ids else WRITTEN
    )
    server.deliver("a", "b", "c")
    assert server.sent == [["a", "b", "c"], ["a", "c"]]
    [rejection] = server.tally.rejections
    assert (rejection.id, rejection.location, rejection.reason) == (
        "b",
        Location("f", 2),
        "metadata has 12000 bytes with the text; the limit is 10240.",
    )


def test_a_rejected_document_that_is_not_named_is_found_by_halving():
    server = Server(lambda ids, _number: error(400, "invalid_request", "Bad input.") if "d" in ids else WRITTEN)
    server.deliver(*"abcdefgh")
    assert [rejection.id for rejection in server.tally.rejections] == ["d"]
    assert server.tally.written == 7
    assert server.waits == []


def test_a_body_that_is_too_large_is_halved():
    server = Server(lambda ids, _number: error(413, "payload_too_large") if len(ids) > 2 else WRITTEN)
    server.deliver(*"abcd")
    assert server.sent == [list("abcd"), list("ab"), list("cd")]


def test_a_document_that_makes_the_model_fail_is_found_by_halving():
    server = Server(
        lambda ids, _number: error(502, "upstream_invalid", "A row is all zeros.") if "c" in ids else WRITTEN
    )
    server.deliver(*"abcd")
    assert [(rejection.id, rejection.reason) for rejection in server.tally.rejections] == [("c", "A row is all zeros.")]
    assert server.tally.written == 3
    assert max(server.waits) == 1.0


@pytest.mark.parametrize(
    "fault",
    [
        error(401, "unauthorized"),
        error(404, "not_found"),
        error(409, "index_mismatch"),
        error(501, "vectorize_not_configured"),
        error(503, "auth_not_configured"),
        error(400, "invalid_request", param="namespace"),
        httpx.Response(301, headers={"location": "https://elsewhere"}),
    ],
)
def test_an_error_that_no_other_batch_would_avoid_stops_at_once(fault):
    server = Server(lambda _ids, _number: fault)
    with pytest.raises(StoppedError):
        server.deliver("a", "b")
    assert len(server.sent) == 1


def test_every_batch_obeys_a_retry_after():
    """The second batch is not sent while the first one must wait."""
    server = Server(lambda _ids, number: error(429, headers={"retry-after": "60"}) if number == 1 else WRITTEN)

    async def both():
        await server.delivery.deliver(items("a"))
        await server.delivery.deliver(items("b"))

    asyncio.run(both())
    assert [wait > 59 for wait in server.waits] == [True] * 3


@pytest.mark.parametrize(
    ("status", "param", "verdict"),
    [
        (400, "documents[3]", Rejected(3, "It failed.")),
        (400, "documents[12].metadata.a", Rejected(12, "It failed.")),
        (400, "documents", Split("It failed.")),
        (400, None, Split("It failed.")),
        (413, "documents", Split("It failed.")),
        (400, "namespace", Stop("It failed.")),
        (503, None, Repeat("It failed.", None)),
        (403, None, Stop("The service answered HTTP 403: It failed.")),
        (403, "namespace", Stop("The service answered HTTP 403: It failed.")),
        (403, "documents[3].id", Rejected(3, "It failed.")),
    ],
)
def test_verdicts(status, param, verdict):
    answer = error(status, param=param)
    assert judge(heard(answer), 1) == verdict


@pytest.mark.parametrize(
    "body",
    [None, [], "x", {"error": "flat"}, {"error": None, "accepted": None}, {"accepted": 5, "error": {"message": 5}}],
)
def test_bodies_without_information(body):
    assert judge(Answer(502, {}, body), 1) == Repeat("The service answered HTTP 502.")


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"count": 1},
        {"count": 2, "mutation_ids": ["m"]},
        {"count": True, "mutation_ids": ["m"]},
        {"count": 1, "mutation_ids": []},
        {"count": 1, "mutation_ids": [5]},
    ],
)
def test_a_200_that_does_not_confirm_the_batch_stops(body):
    assert judge(Answer(200, {}, body), 1) == Stop(NOT_THIS_SERVICE)


@pytest.mark.parametrize(
    ("body", "confirmed"),
    [
        ({"count": 2, "mutation_ids": ["m"]}, True),
        ({"count": 1, "mutation_ids": ["m"]}, True),
        ({"count": 0, "mutation_ids": []}, True),
        ({"count": 3, "mutation_ids": ["m"]}, False),
        ({"count": 1, "mutation_ids": []}, False),
        ({"count": -1, "mutation_ids": ["m"]}, False),
    ],
)
def test_a_key_with_namespaces_may_remove_fewer_ids(body, confirmed):
    verdict = judge(Answer(200, {}, body), 2, removal=True)
    assert verdict == (Written(frozenset()) if confirmed else Stop(NOT_THIS_SERVICE))


def test_only_numbers_are_indexes_of_truncated_texts():
    headers = {"x-embedding-truncated": f"0,x,2,{'9' * 5000},٣"}
    assert judge(Answer(200, headers, {"count": 1, "mutation_ids": ["m"]}), 1) == Written(frozenset({0, 2}))


def test_a_redirect_is_named_and_not_followed():
    verdict = judge(Answer(301, {"location": "https://elsewhere.example"}, None), 1)
    assert "a redirect to https://elsewhere.example. Redirects are not followed" in verdict.reason


def test_a_401_names_the_option_and_the_variable():
    assert "--key or EMBEDDER_KEY" in judge(heard(error(401, "unauthorized")), 1).reason


def test_waiting_for_the_rate_limit_is_shown():
    seen = []
    server = Server(lambda _ids, number: error(429, headers={"retry-after": "7"}) if number == 1 else WRITTEN)

    async def sleep(_seconds):
        seen.append(server.tally.waiting)

    server.delivery._connection.sleep = sleep
    server.deliver("a")
    assert seen[0] == "waiting 8 s for the rate limit"
    assert server.tally.waiting is None


def test_a_service_that_claims_to_accept_other_ids_does_not_get_endless_attempts():
    server = Server(lambda _ids, _number: error(503, message="Busy.", accepted=["other"], not_accepted=["a"]))
    with pytest.raises(StoppedError, match="Repeats did not help"):
        server.deliver("a")
    assert len(server.sent) == backoff.MAX_ATTEMPTS


def test_removed_ids_leave_the_journal_and_accepted_ones_are_not_sent_again():
    part = error(503, accepted=["a"], not_accepted=["b"])
    server = Server(lambda _ids, number: part if number == 2 else WRITTEN)
    server.deliver("a", "b", "c")
    asyncio.run(server.delivery.remove(["a", "b"]))
    assert server.sent == [["a", "b", "c"], ["a", "b"], ["b"]]
    assert [server.journal.entry(name) is None for name in "abc"] == [True, True, False]
    assert server.tally.removed == 2


@pytest.mark.parametrize("answer", [error(400, "invalid_request"), error(503), httpx.Response(200, json={})])
def test_a_removal_that_fails_stops_after_a_bounded_number_of_attempts(answer):
    server = Server(lambda _ids, _number: answer)
    with pytest.raises(StoppedError, match="2 ids could not be removed"):
        asyncio.run(server.delivery.remove(["a", "b"]))
    assert len(server.sent) <= backoff.MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("documents[3].text: Expected str of length >= 1.", "text: Expected str of length >= 1."),
        ("documents[3]: the id 'a' is there twice.", "the id 'a' is there twice."),
        ("documents[3], [7]: over the limit of 2048 tokens.", "over the limit of 2048 tokens."),
        ("documents[3].text, documents[7].text: over the limit.", "text: over the limit."),
        ("documents[3].metadata.n is 7.", "metadata.n is 7."),
    ],
)
def test_a_reason_is_about_one_document(message, expected):
    answer = error(400, "invalid_request", message, "documents[3]")
    assert judge(heard(answer), 1) == Rejected(3, expected)


def test_waits_grow_are_bounded_and_spread():
    waits = [backoff.wait_s(attempt, retry_after_s=None, jitter=1.0) for attempt in range(1, 10)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert backoff.wait_s(3, retry_after_s=None, jitter=0.0) == 1.0
    assert backoff.wait_s(1, retry_after_s=20, jitter=0.5) == 20.5
    assert [backoff.seconds(text) for text in ("12", "", None, "Wed, 21 Oct 2026", "٣")] == [
        12.0,
        None,
        None,
        None,
        None,
    ]
    assert backoff.seconds("9" * 5000) == backoff.MAX_RETRY_AFTER_S
