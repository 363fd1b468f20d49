"""The label of a key fits into a tag of Workers AI, and no two keys share one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedder.access.labels import PREFIX, label

TAG = re.compile(r"[A-Za-z0-9:./@-]{1,50}")
NAMES = st.text(min_size=1, max_size=64)


@pytest.mark.parametrize("name", ["web", "team/search@eu", "a.b-c:1", "x" * 46])
def test_a_name_that_fits_stays_as_it_is(name):
    assert label(name) == name


def test_there_is_no_label_without_a_name():
    assert label("") == ""


def test_other_names_are_changed_and_marked():
    assert label("web_app") == "web-app-253bafb1"
    assert re.fullmatch("x{37}-[0-9a-f]{8}", label("x" * 47))


@given(NAMES)
def test_every_label_fits_into_a_tag(name):
    assert TAG.fullmatch(PREFIX + label(name))


@given(NAMES, NAMES)
def test_two_names_have_two_labels(one, other):
    assert (label(one) == label(other)) == (one == other)
