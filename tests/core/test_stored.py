"""What was written, and what was not."""

from embedder.errors import EmbedderError
from embedder.stored import partly_accepted


def test_the_error_of_a_later_write_names_both_parts():
    error = partly_accepted(EmbedderError("upstream_busy", "Busy."), ["a", "b", "c"], 2)
    assert error.details == {"accepted": ["a", "b"], "not_accepted": ["c"]}
    assert error.message == "Busy. 2 of 3 were accepted before that; sending all again is safe."


def test_the_error_of_the_first_write_stays_as_it_is():
    error = partly_accepted(EmbedderError("upstream_busy", "Busy."), ["a"], 0)
    assert (error.message, error.details) == ("Busy.", {})
