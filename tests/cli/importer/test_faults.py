"""What can not be sent is rejected before."""

import pytest

from embedder_cli.importer.documents import Document, Location
from embedder_cli.importer.faults import fault
from tests.cli.importer.conftest import UNDECODABLE


def document(**changes):
    return Document(**{"id": "a", "text": "x", "location": Location("f", 1), **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"id": "ü" * 32}, None),
        ({"text": " \n"}, "The text is empty."),
        ({"id": "ü" * 33}, "The id has 66 bytes; it must have 1 to 64."),
        ({"text": "\ud800"}, UNDECODABLE),
        ({"metadata": {"a": "\ud800"}}, UNDECODABLE),
        ({"metadata": {"a": float("nan")}}, "Its metadata contains a number that JSON can't express."),
    ],
)
def test_what_can_not_be_sent_is_rejected_before(changes, reason):
    assert fault(document(**changes)) == reason


def test_bytes_that_are_not_utf_8_reject_their_record_alone(read):
    found = read("a.jsonl", b'{"id": "a", "text": "\xff"}\n{"id": "b", "text": "x"}\n')
    assert [fault(item) is None for item in found] == [False, True]
