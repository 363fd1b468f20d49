"""docs/errors.md explains every error code of the Worker."""

import pytest

from embedder.errors import STATUS
from tests import tables
from tools import error_docs
from tools.undocumented import UndocumentedError


def test_every_code_has_an_explanation_and_no_other_code_has_one():
    tables.complete(error_docs.EXPLANATIONS, STATUS, "EXPLANATIONS in tools/error_docs.py")


def test_the_page_has_the_present_table():
    page = error_docs.PAGE.read_text(encoding="utf-8")
    assert error_docs.filled(page) == page, "Run: python -m tools.error_docs"


@pytest.mark.parametrize("code", STATUS)
def test_a_row_has_the_code_its_status_and_two_sentences(code):
    [row] = [line for line in error_docs.table().splitlines() if line.startswith(f"| `{code}` |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == str(STATUS[code])
    assert len(cells) == 4
    assert all(cell.endswith(".") for cell in cells[2:])


def test_a_code_without_an_explanation_is_named_with_the_place_for_it(monkeypatch):
    monkeypatch.setitem(STATUS, "code_of_a_test", 418)
    message = "The error code code_of_a_test has no explanation; add one to EXPLANATIONS in tools/error_docs.py."
    with pytest.raises(UndocumentedError, match=message):
        error_docs.table()
