"""Variables of the Worker are text; an invalid one is named and gets its default."""

import pytest

from embedder.variables import integer, switch, wrong_bindings


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


@pytest.mark.parametrize(
    "value", ["0" * 12 + "9" * 5, "0" * 13, "1e0", "+1", "1_0", "0x1", "\u0661", "1 s", "Infinity", None, True]
)
def test_no_other_spelling_is_an_integer(value):
    faults: list[str] = []
    assert integer({"N": value}, "N", 5, 0, 9, faults) == 5
    assert faults == ["N must be an integer from 0 to 9."]


class Has:
    """A binding with these methods."""

    def __init__(self, *names: str) -> None:
        for name in names:
            setattr(self, name, print)


class Env:
    def __init__(self, **bindings: object) -> None:
        self.__dict__.update(bindings)


RIGHT = {
    "AI": Has("run"),
    "VECTORIZE": Has("query", "upsert"),
    "RATE_LIMITER": Has("limit"),
    "INGEST": Has("send", "sendBatch"),
    "INGEST_FAILED": Has("sendBatch"),
    "BATCHER": Has("getByName"),
    "ASSETS": Has("fetch"),
}


def test_bindings_that_are_right_or_missing_are_no_fault():
    assert wrong_bindings(Env(**RIGHT)) == []
    assert wrong_bindings(Env()) == wrong_bindings(Env(**dict.fromkeys(RIGHT))) == []


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("other", ["", "text", 5, {}, Has("get", "put", "list"), Has("prepare")])
def test_a_binding_of_another_type_is_named(name, other):
    [sentence] = wrong_bindings(Env(**(RIGHT | {name: other})))
    assert sentence.startswith(f"The binding {name} must be ")


def test_bindings_that_are_exchanged_are_named():
    found = wrong_bindings(Env(AI=RIGHT["VECTORIZE"], VECTORIZE=RIGHT["AI"], RATE_LIMITER=RIGHT["INGEST"]))
    assert [sentence.split()[2] for sentence in found] == ["AI", "VECTORIZE", "RATE_LIMITER"]
