"""Batches against a server that behaves oddly: repeats, waits, refusals, halves."""

import asyncio
import json

import httpx
import pytest

from embedder_cli.importer import backoff
from embedder_cli.importer.delivery import Delivery, StoppedError, Target
from embedder_cli.importer.documents import Document, Place, item_of
from embedder_cli.importer.journal import Journal
from embedder_cli.importer.tally import Tally
from embedder_cli.importer.verdicts import Refused, Repeat, Split, Stop, Written, judge


def error(status, code="upstream_error", message="It failed.", param=None, headers=None, **more):
    body = {"error": {"message": message, "type": "x", "param": param, "code": code}, **more}
    return httpx.Response(status, json=body, headers=headers)


WRITTEN = httpx.Response(200, json={"count": 1, "mutation_ids": ["m"]})


class Server:
    """Answers by `reply`, which gets the ids of a request and its number; remembers what was sent and waited."""

    def __init__(self, reply, *, longest_wait_s=300.0):
        self.sent, self.waits, self.tally = [], [], Tally()
        self._reply = reply
        self.journal = Journal(None, "target")
        target = Target("http://test", "a-key", b',"keep_text":true', longest_wait_s)
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.delivery = Delivery(target, client, self.journal, self.tally, sleep=self._sleep, jitter=lambda: 1.0)

    def _answer(self, request):
        body = json.loads(request.content)
        assert request.headers["authorization"] == "Bearer a-key"
        assert body["keep_text"] is True
        ids = [item["id"] for item in body["documents"]]
        self.sent.append(ids)
        found = self._reply(ids, len(self.sent))
        if isinstance(found, Exception):
            raise found
        return found

    async def _sleep(self, seconds):
        self.waits.append(round(seconds, 1))

    def deliver(self, *names):
        asyncio.run(self.delivery.deliver(items(*names)))


def items(*names):
    return [item_of(Document(name, "x", Place("f", place)), b"", 1) for place, name in enumerate(names, 1)]


def test_a_batch_is_written_once_and_entered():
    server = Server(lambda _ids, _number: WRITTEN)
    server.deliver("a", "b")
    assert server.sent == [["a", "b"]]
    assert server.tally.written == 2
    assert [server.journal.written(item) for item in items("a", "b", "c")] == [False, False, None]


def test_over_long_texts_are_named():
    server = Server(lambda _ids, _number: httpx.Response(200, json={}, headers={"x-embedding-truncated": "1"}))
    server.deliver("a", "b", "c")
    assert server.tally.too_long == [("b", Place("f", 2))]
    assert server.journal.written(items("b")[0]) is True


@pytest.mark.parametrize(
    "fault", [error(503), error(504), error(500), httpx.Response(502, text="<html>"), httpx.ReadError("reset")]
)
def test_a_passing_fault_is_repeated_with_growing_waits(fault):
    server = Server(lambda _ids, number: fault if number < 4 else WRITTEN)
    server.deliver("a")
    assert server.waits == [0.5, 1.0, 2.0]
    assert (server.tally.written, server.tally.repeats) == (1, 3)


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


def test_a_document_that_is_named_is_dropped_and_the_rest_sent():
    message = "documents[1].metadata has 12000 bytes with the text; the limit is 10240."
    server = Server(
        lambda ids, _number: error(400, "invalid_request", message, "documents[1].metadata") if "b" in ids else WRITTEN
    )
    server.deliver("a", "b", "c")
    assert server.sent == [["a", "b", "c"], ["a", "c"]]
    [refusal] = server.tally.refusals
    assert (refusal.id, refusal.place, refusal.reason) == (
        "b",
        Place("f", 2),
        "metadata has 12000 bytes with the text; the limit is 10240.",
    )


def test_a_refusal_without_a_name_is_found_by_halves():
    server = Server(lambda ids, _number: error(400, "invalid_request", "Bad input.") if "d" in ids else WRITTEN)
    server.deliver(*"abcdefgh")
    assert [refusal.id for refusal in server.tally.refusals] == ["d"]
    assert server.tally.written == 7
    assert server.waits == []


def test_a_body_that_is_too_large_is_halved():
    server = Server(lambda ids, _number: error(413, "payload_too_large") if len(ids) > 2 else WRITTEN)
    server.deliver(*"abcd")
    assert server.sent == [list("abcd"), list("ab"), list("cd")]


def test_a_document_that_the_service_can_not_digest_is_found_too():
    server = Server(
        lambda ids, _number: error(502, "upstream_invalid", "A row is all zeros.") if "c" in ids else WRITTEN
    )
    server.deliver(*"abcd")
    assert [(refusal.id, refusal.reason) for refusal in server.tally.refusals] == [("c", "A row is all zeros.")]
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
def test_what_no_batch_can_mend_stops_at_once(fault):
    server = Server(lambda _ids, _number: fault)
    with pytest.raises(StoppedError):
        server.deliver("a", "b")
    assert len(server.sent) == 1


def test_one_wait_holds_for_every_batch():
    """The second batch does not ask while the first was told to wait."""
    server = Server(lambda _ids, number: error(429, headers={"retry-after": "60"}) if number == 1 else WRITTEN)

    async def both():
        await server.delivery.deliver(items("a"))
        await server.delivery.deliver(items("b"))

    asyncio.run(both())
    assert [wait > 59 for wait in server.waits] == [True] * 3


@pytest.mark.parametrize(
    ("status", "param", "verdict"),
    [
        (400, "documents[3]", Refused(3, "It failed.")),
        (400, "documents[12].metadata.a", Refused(12, "It failed.")),
        (400, "documents", Split("It failed.")),
        (400, None, Split("It failed.")),
        (413, "documents", Split("It failed.")),
        (400, "namespace", Stop("It failed.")),
        (503, None, Repeat("It failed.", None)),
        (403, None, Stop("HTTP 403: It failed.")),
    ],
)
def test_verdicts(status, param, verdict):
    answer = error(status, param=param)
    assert judge(status, answer.headers, answer.content) == verdict


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b'{"error": "flat"}', b'{"error": null, "accepted": null}'])
def test_bodies_that_say_nothing(body):
    assert judge(502, {}, body) == Repeat("The service answered HTTP 502.")
    assert judge(200, {"x-embedding-truncated": "0,x,2"}, body) == Written(frozenset({0, 2}))


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("documents[3].text: Expected str of length >= 1.", "text: Expected str of length >= 1."),
        ("documents[3]: the id 'a' is there twice.", "the id 'a' is there twice."),
        ("documents[3], [7]: over the limit of 2048 tokens.", "over the limit of 2048 tokens."),
    ],
)
def test_a_reason_is_told_of_one_document(message, told):
    answer = error(400, "invalid_request", message, "documents[3]")
    assert judge(400, answer.headers, answer.content) == Refused(3, told)


def test_waits_grow_are_bounded_and_spread():
    waits = [backoff.wait_s(attempt, retry_after_s=None, jitter=1.0) for attempt in range(1, 10)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert backoff.wait_s(3, retry_after_s=None, jitter=0.0) == 1.0
    assert backoff.wait_s(1, retry_after_s=20, jitter=0.5) == 20.5
    assert [backoff.seconds(text) for text in ("12", "", None, "Wed, 21 Oct 2026")] == [12.0, None, None, None]
