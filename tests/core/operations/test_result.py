"""The result of an operation."""

from embedder.operations.result import Result


def test_a_result_without_numbers_is_a_plain_answer_with_status_200():
    result = Result({"count": 1})
    assert (result.status, result.prepared, result.numbers, result.field) == (200, None, None, "")
