"""The error codes."""

import pytest

from embedder.errors import STATUS, EmbedderError, interrupted, invalid, repeatable


def test_every_code_has_a_status_of_an_error():
    assert all(400 <= status <= 504 for status in STATUS.values())


@pytest.mark.parametrize("code", STATUS)
def test_an_error_has_the_status_of_its_code(code):
    assert EmbedderError(code, "a").status == STATUS[code]


def test_a_code_that_is_not_listed_can_not_be_raised():
    with pytest.raises(KeyError):
        EmbedderError("other", "a")


def test_an_invalid_request_names_the_field():
    error = invalid("too long", "text[3]")
    assert (error.code, error.message, error.param) == ("invalid_request", "too long", "text[3]")


@pytest.mark.parametrize(("fault", "code"), [("timeout", "upstream_timeout"), ("disconnected", "client_disconnected")])
def test_a_call_that_ended_with_its_request_is_one_of_two_errors(fault, code):
    assert interrupted(fault, "Vectorize").code == code


def test_other_faults_are_left_to_the_caller():
    assert interrupted("http", "Vectorize") is None


def test_an_error_quotes_a_part_of_a_long_request():
    error = EmbedderError("invalid_request", "a" * 5_000_000, param="b" * 5_000_000)
    assert (len(error.message), len(str(error)), len(error.param)) == (1_000, 1_000, 200)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("expected 768 dimensions, and got 3 dimensions", None),
        ('invalid vector for id="0123456789abcdef-0123"', None),
        ('invalid vector for id="0123456789abcdef0123456789abcdef"', None),
        ('no vector found for id="6f1b2c3d-1111-2222-3333-444455556666"', None),
        ("2048 tokens, max tokens: many", None),
        ("fetch https://user:pw@host.example/v4?key=1 failed", "fetch ... failed"),
        ("Authorization: Bearer abc.def", "..."),
        ("sent bearer abc.def-ghi", "sent ..."),
        ('{"api_key":"abc123","x":1}', '{"...","x":1}'),
        ("cf-aig-token=abc, then", "..., then"),
        ("key sk-proj-1234567890", "key ..."),
        ("account 0123456789abcdef0123456789abcdef", "account ..."),
    ],
)
def test_a_foreign_message_is_repeated_without_what_is_private(message, shown):
    assert repeatable(message) == (message if shown is None else shown)
