"""Variables of the Worker are text; an invalid one is named and gets its default."""

import pytest

from embedder.variables import integer, switch


@pytest.mark.parametrize(("value", "expected"), [("7", 7), (" 9 ", 9), (3, 3)])
def test_an_integer_within_its_limits_is_read(value, expected):
    faults: list[str] = []
    assert integer({"N": value}, "N", 5, 3, 9, faults) == expected
    assert integer({}, "N", 5, 3, 9, faults) == 5
    assert faults == []


@pytest.mark.parametrize("value", ["", "2", "10", "-4", "4.0", "²", "9" * 40, "four"])
def test_another_integer_is_named_with_its_limits(value):
    faults: list[str] = []
    assert integer({"N": value}, "N", 5, 3, 9, faults) == 5
    assert faults == ["N must be an integer from 3 to 9."]


@pytest.mark.parametrize(("value", "expected"), [("on", True), ("off", False)])
def test_a_switch_is_on_or_off(value, expected):
    faults: list[str] = []
    assert switch({"S": value}, "S", faults) is expected
    assert (switch({}, "S", faults), switch({}, "S", faults, default="on")) == (False, True)
    assert faults == []


@pytest.mark.parametrize("value", ["", "ON", "true", "1", True])
def test_another_word_is_no_switch(value):
    faults: list[str] = []
    assert switch({"S": value}, "S", faults) is False
    assert switch({"S": value}, "S", faults, default="on") is True
    assert faults == 2 * ['S must be "on" or "off".']
