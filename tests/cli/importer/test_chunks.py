"""Long texts in chunks: paragraphs, sentences, words, bounds."""

from hypothesis import given
from hypothesis import strategies as st

from embedder_cli.importer import chunks
from embedder_cli.importer.chunks import Chunk


def lines(text):
    return text.splitlines(keepends=True)


def test_paragraphs_that_fit_stay_together():
    found = list(chunks.of_text(lines("one\n\ntwo\n\nthree\n"), 9))
    assert found == [Chunk(1, "one\n\ntwo"), Chunk(5, "three")]


def test_a_long_paragraph_is_split_at_a_sentence_then_at_a_space_then_anywhere():
    assert [chunk.text for chunk in chunks.of_text(lines("One is. Two is it."), 12)] == ["One is.", "Two is it."]
    assert [chunk.text for chunk in chunks.of_text(lines("aaa bbb ccc"), 8)] == ["aaa bbb", "ccc"]
    assert [chunk.text for chunk in chunks.of_text(lines("猫" * 10), 4)] == ["猫猫猫猫", "猫猫猫猫", "猫猫"]


def test_an_indentation_is_not_a_chunk():
    assert [chunk.text for chunk in chunks.of_text(lines("     aaaa bbb"), 6)] == ["aaaa", "bbb"]


@given(st.text(alphabet="ab .\n#`-", max_size=400), st.integers(5, 60))
def test_no_chunk_exceeds_the_limit_and_no_letter_is_lost(text, limit):
    found = list(chunks.of_text(lines(text), limit))
    assert all(0 < len(chunk.text) <= limit for chunk in found)
    assert "".join("".join(chunk.text for chunk in found).split()) == "".join(text.split())


def test_one_endless_word_is_split_in_a_time_that_grows_with_its_length():
    found = list(chunks.of_text(["a" * 300_000], 2000))
    assert sum(len(chunk.text) for chunk in found) == 300_000


def test_bytes_that_are_not_utf_8_stay_in_their_chunk():
    assert [chunk.text for chunk in chunks.of_text(["a\udcff b\n", "\n", "c\n"], 5)] == ["a\udcff b", "c"]


def test_a_long_line_is_divided_between_words_only():
    found = list(chunks.of_text(["elephants " * 70_000], 2000))
    assert {word for chunk in found for word in chunk.text.split()} == {"elephants"}


def test_lines_that_end_with_a_carriage_return_are_counted():
    assert [(chunk.line, chunk.text) for chunk in chunks.of_text(["a\r", "\r", "b\r\n", "c"], 3)] == [
        (1, "a"),
        (3, "b"),
        (4, "c"),
    ]
