"""Opening and dropping files."""

from pathlib import Path

import pytest

from tests.browser.conftest import Page

CSV = 'id,text,lang\n1,"one, with a comma",en\n2,"two ""quoted""\nand broken",en\n3,three,de\n'


def field(page: Page) -> list[str]:
    return page.by("texts").get_property("value").split("\n")


def test_a_csv_file_uses_its_text_column_or_a_selected_one(page: Page, tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text(CSV, encoding="utf-8")
    page.by("file").send_keys(str(tmp_path / "some.csv"))
    page.wait_for("count", "3 texts")
    assert field(page) == ["one, with a comma", 'two "quoted" and broken', "three"]
    page.choose("column", "lang")
    assert field(page) == ["en", "en", "de"]


def test_the_first_row_can_be_data(page: Page) -> None:
    drop(page, "some.csv", "first line,1\nsecond line,2\n")
    page.wait(lambda: field(page) == ["second line"])
    page.by("header").click()
    page.wait(lambda: field(page) == ["first line", "second line"])
    assert [option.text for option in page.all("#column option")] == ["column 1", "column 2"]
    drop(page, "some.txt", "a line\n")
    page.wait(lambda: field(page) == ["a line"])
    assert not page.by("header").is_displayed()


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("some.jsonl", '{"id": 1, "text": "one"}\n\n{"text": "zwei ü"}\n', ["one", "zwei ü"]),
        ("some.jsonl", '"just"\n"strings"\n', ["just", "strings"]),
        ("some.tsv", "body\tn\na b\t1\n", ["a b"]),
        ("some.json", '["one", "zwei ü"]', ["one", "zwei ü"]),
        ("some.json", '{"items": [{"text": "one"}, {"text": "two"}], "tags": ["a"]}', ["one", "two"]),
        ("some.json", '[{"id": 1, "body": "one"}, {"body": "two"}]', ["one", "two"]),
        ("some.csv", "\ufeffn;content\r\n1;a,b\r\n", ["a,b"]),
        ("some.txt", "line, one\r\n\r\n  line two \n", ["line, one", "line two"]),
    ],
)
def test_a_dropped_file_is_read(page: Page, name: str, content: str, wanted: list[str]) -> None:
    drop(page, name, content)
    page.wait(lambda: field(page) == wanted)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("some.jsonl", '{"text": "one"}\n{"text": ', "some.jsonl: Line 2 is not JSON."),
        (
            "some.json",
            '{"text": "one"}',
            "some.json: This JSON has no list. Use an array of strings or objects, or an object with one.",
        ),
        ("some.json", '["one"', "some.json: This is not JSON."),
        ("some.csv", 'text\n"never closed\n', "some.csv: Line 2 has an unclosed quote."),
    ],
)
def test_rejects_an_invalid_file_and_keeps_the_texts(page: Page, name: str, content: str, sentence: str) -> None:
    before = field(page)
    drop(page, name, content)
    page.wait(lambda: page.text("count") == sentence)
    assert field(page) == before


def drop(page: Page, name: str, content: str) -> None:
    script = """const files = new DataTransfer();
        files.items.add(new File([arguments[2]], arguments[1]));
        arguments[0].dispatchEvent(new DragEvent('drop', {dataTransfer: files, bubbles: true, cancelable: true}));"""
    page.run(script, page.by("texts"), name, content)


def test_own_texts_that_a_file_or_the_example_replaced_come_back(page: Page) -> None:
    page.write(["my own line", "and another"])
    for replace in (lambda: drop(page, "some.txt", "a line\n"), page.by("examples").click):
        replace()
        page.wait(lambda: page.by("undo").is_displayed() and field(page) != ["my own line", "and another"])
        page.by("undo").click()
        assert field(page) == ["my own line", "and another"]
        assert not page.by("undo").is_displayed()
