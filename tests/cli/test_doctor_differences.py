"""Texts that something changes on their way to the model: the doctor finds each change, and names it."""

import html
import json
import re
import unicodedata

import pytest

from embedder_cli.doctor.model import differences, recorded
from embedder_cli.doctor.model.pairs import PAIRS
from embedder_cli.doctor.results import Status
from tests import real_model
from tests.cli.model_service import Service
from tests.cli.wrong import failures, unit

TOKEN = re.compile(r"\w+|[^\w\s]")


def unaccented(text):
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


CHANGES = {
    "tabs": lambda text: text.replace("\t", " "),
    "case of other letters": lambda text: re.sub(r"[^\x00-\x7f]", lambda found: found[0].lower(), text),
    "accents": unaccented,
    "Unicode composition (NFC)": lambda text: unicodedata.normalize("NFC", text),
    "Unicode compatibility (NFKC)": lambda text: unicodedata.normalize("NFKC", text),
    "emoji": lambda text: re.sub("[\U00010000-\U0010ffff]", "", text),
    "invisible characters": lambda text: re.sub("[\u00ad\u200b]", "", text),
    "digits": lambda text: re.sub(r"\d", "0", text),
    "punctuation": lambda text: re.sub(r"[^\w\s]", "", text),
    "markup": lambda text: html.unescape(re.sub("<[^>]*>", "", text)),
    "word order": lambda text: " ".join(sorted(text.split(" "))),
    "repeated words": lambda text: " ".join(dict.fromkeys(text.split(" "))),
    "the first token": lambda text: text.partition(" ")[2] or text,
}


def without(letters):
    """Return a change that removes a range of characters."""
    return lambda text: re.sub(f"[{letters}]+", "", text)


CHANGES |= {
    "line endings": lambda text: text.replace("\r\n", "\n"),
    "kinds of spaces": lambda text: re.sub(r"[^\S\n\r\t]", " ", text),
    "vowel signs": without("\u064b-\u065f"),
    "symbols": without("€£¥$+<>-"),
    "quotation marks and dashes": lambda text: text.translate(str.maketrans("\u201c\u201d\u2014", '""-')),
    "Markdown": lambda text: re.sub(r"^# |\*\*|`", "", text),
    "addresses": lambda text: re.sub(r"https?://\S+", "", text),
    "joined words": lambda text: re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", text),
    "repeated letters": lambda text: re.sub(r"(\w)\1{2,}", r"\1", text),
    "small words": lambda text: " ".join(word for word in text.split(" ") if word not in {"not", "the", "is", "a"}),
    "endings of words": lambda text: re.sub(r"(?<=k)(?:s|ed)\b", "", text),
    "Arabic": without("\u0600-\u06ff"),
    "Cyrillic": without("\u0400-\u04ff"),
    "Greek": without("\u0370-\u03ff"),
    "Hebrew": without("\u0590-\u05ff"),
    "kana": without("\u3040-\u30ff"),
    "Korean": without("\uac00-\ud7af"),
    "Thai": without("\u0e00-\u0e7f"),
    "the second sentence": lambda text: re.split(r"(?<=\.) ", text)[0],
    "the first sentence": lambda text: re.split(r"(?<=\.) ", text)[-1],
    "the second line": lambda text: text.split("\n")[0],
    "underscores": lambda text: text.replace("_", " "),
    "hyphens": lambda text: re.sub(r"(?<=\w)-(?=\w)", " ", text),
    "apostrophes": lambda text: text.replace("\u2019", "'"),
    "brackets": lambda text: re.sub(r" +", " ", re.sub(r"[][(){}]", " ", text)).strip(),
    "operators": lambda text: re.sub("[<!]=", "=", text),
    "escapes": lambda text: text.replace("\\n", "\n").replace("\\t", "\t"),
    "decimals": lambda text: re.sub(r"(?<=\d)[.,](?=\d)", "", text),
    "minus signs": lambda text: re.sub(r"-(?=\d)", "", text),
    "contractions": lambda text: text.replace("n't", " not"),
    "mail addresses": lambda text: re.sub(r"\S+@\S+", "EMAIL", text),
    "tags and mentions": lambda text: re.sub(r"[#@]\w+", "", text),
    "long words": lambda text: " ".join(word if len(word) <= 100 else "[UNK]" for word in text.split(" ")),
    "one character": lambda text: text if len(text) > 1 else ".",
    "skin tones": without("\U0001f3fb-\U0001f3ff"),
    "joined emoji": without("\u200d"),
    "variants of signs": without("\ufe0e\ufe0f"),
    "direction marks": without("\u200e\u200f"),
    "letters such as ß": lambda text: text.replace("ß", "ss").replace("Œ", "Oe").replace("Æ", "Ae"),
    "letters of Arabic": lambda text: (
        re.sub("[أإآ]", "ا", text).replace("ى", "ي").replace("ي ", "ى ").replace("ة", "ه")
    ),
    "katakana": lambda text: re.sub("[ァ-ヶ]", lambda found: chr(ord(found[0]) - 0x60), text),
    "traditional characters": lambda text: text.translate(str.maketrans("漢語貓國", "汉语猫国")),
    "Chinese": lambda text: re.sub("[\u4e00-\u9fff]+", "?", text),
    "Devanagari": without(r"\u0900-\u097f "),
    "Bengali": without(r"\u0980-\u09ff"),
    "Tamil": without(r"\u0b80-\u0bff"),
    "Georgian": without(r"\u10a0-\u10ff"),
    "Armenian": without(r"\u0530-\u058f"),
    "titles": lambda text: re.sub(r"^title: [^|]+ \|", "title: none |", text),
    "tasks": lambda text: re.sub(r"^task: [\w ]+ \|", "task: search result |", text),
    "tasks of questions": lambda text: text.replace("fact checking", "question answering"),
    "tasks of code": lambda text: text.replace("code retrieval", "sentence similarity"),
    "the second paragraph": lambda text: text.split("\n\n")[0] if text.startswith("Dear") else text,
    "empty lines": lambda text: re.sub(r"\n{3,}", "\n\n", text),
    "bullets": lambda text: re.sub(r"^- ", "", text, flags=re.MULTILINE),
    "quotation marks": lambda text: text.replace('"', ""),
    "dashes": lambda text: text.replace("\u2014", "-"),
    "slashes": lambda text: text.replace("/", " "),
    "bars": lambda text: text.replace(" | ", " "),
    "asterisks": lambda text: re.sub(r"\*+ ?", "", text),
    "colons": lambda text: re.sub("[:;]", "", text),
    "ampersands": lambda text: text.replace("&", " "),
    "currencies": lambda text: re.sub("[€$£¥]", "EUR", text),
    "comparisons": lambda text: re.sub("[<>]", "", text),
    "plus and minus": lambda text: re.sub(r" [+-] ", " ", text),
    "wide letters": lambda text: re.sub("[\uff01-\uff5e]", lambda found: chr(ord(found[0]) - 0xFEE0), text),
    "ligatures": lambda text: text.replace("\ufb01", "fi"),
    "superscripts": lambda text: text.replace("\u00b2", "2"),
    "fixed spaces": lambda text: text.replace("\u00a0", " "),
    "spaces without width": lambda text: text.replace("\u200b", ""),
    "soft hyphens": lambda text: text.replace("\u00ad", ""),
    "capitals in words": lambda text: re.sub("(?<=[a-z])(?=[A-Z])", " ", text),
    "tags": lambda text: re.sub("<[^>]+>", "", text),
    "entities": html.unescape,
    "code in Markdown": lambda text: re.sub("`[^`]*`", "", text),
    "addresses of links": lambda text: re.sub(r"\]\([^)]*\)", "]", text),
    "misspellings": lambda text: text.replace("recieve", "receive").replace("adress", "address"),
    "names": lambda text: re.sub(r"\b(?:Anna|Maria|Schmidt|Weber)\b", "NAME", text),
    "telephone numbers": lambda text: re.sub(r"\+\d[\d ]{6,}\d", "PHONE", text),
    "card numbers": lambda text: re.sub(r"(?:\d{4} ){3}\d{4}", "CARD", text),
    "emoticons": lambda text: re.sub(r":-[()]", "", text),
    "swear words": lambda text: re.sub("damn|bloody", "****", text),
    "dates": lambda text: re.sub(r"\d{4}-\d\d-\d\d", "DATE", text),
    "the order of sentences": lambda text: " ".join(sorted(re.findall(r"[^.]+\.?", text.replace(". ", ".")))),
    "the order of lines": lambda text: "\n".join(sorted(text.split("\n"))),
    "repeated lines": lambda text: "\n".join(dict.fromkeys(text.split("\n"))),
    "text in brackets": lambda text: re.sub(r" \([^)]*\)", "", text),
}


def without_last_token(text):
    return text[: [*TOKEN.finditer(text)][-1].start()].rstrip(" ") or text


def test_white_space_collapsed(model):
    found = failures(lambda text: model(" ".join(text.split())))
    assert {*found} >= {"recorded vectors", "small differences"}
    assert found["small differences"] == (
        "The model ignores white space, spaces, tabs, line endings, kinds of spaces, empty lines, fixed spaces: two "
        "texts that differ in nothing else have the same vector. Look for what changes the texts on their way, and "
        "write again what was stored meanwhile."
    )
    assert found["recorded vectors"].startswith("1 of 16 texts do not have their recorded vectors")
    assert '"def add(a, b):\\n    return a + b"' in found["recorded vectors"]


@pytest.mark.parametrize("name", CHANGES)
def test_texts_that_something_changes_on_their_way(name):
    found = Service(lambda text: real_model.embed(CHANGES[name](text))).run(differences.seen)
    ignored, _, advice = found.detail.removeprefix("The model ignores ").partition(": ")
    assert (found.status, name in ignored.split(", ")) == (Status.FAIL, True)
    assert "Look for what changes the texts on their way" in advice


SUBSTITUTIONS = {
    "HTML": lambda text: html.escape(text, quote=False),
    "apostrophes": lambda text: text.replace("'", "\u2019"),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "UTF-8 read as Latin-1": lambda text: text.encode().decode("latin-1"),
    "names of emoji": lambda text: re.sub("[\U00010000-\U0010ffff]", lambda sign: unicodedata.name(sign[0]), text),
    "words for numbers": lambda text: re.sub(
        r"\d+", lambda found: " ".join(f"number {digit}" for digit in found[0]), text
    ),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "hyphens": lambda text: text.replace("-", "\u2011"),
    "percent": lambda text: text.replace("%", " percent"),
    "a full stop": lambda text: text if text.endswith((".", "?", "。")) else f"{text}.",
    "no space before a question mark": lambda text: text.replace(" ?", "?"),
    "a prefix": lambda text: f"passage: {text}",
    "letters from right to left": lambda text: re.sub("[\u0600-\u06ff ]{2,}", lambda found: found[0][::-1], text),
    "upper case": lambda text: text.upper(),
    "twice": lambda text: f"{text} {text}",
}


@pytest.mark.parametrize("name", SUBSTITUTIONS)
def test_texts_that_something_writes_in_another_way(name):
    found = Service(lambda text: real_model.embed(SUBSTITUTIONS[name](text))).run(recorded.matches)
    assert found.status is Status.FAIL
    assert "or it reads other tokens" in found.detail


def test_an_average_of_the_vectors_of_sentences(model):
    def vector(text):
        rows = [model(sentence) for sentence in re.split(r"(?<=[.!?]) (?=[A-Z])", text)]
        return unit([*map(sum, zip(*rows, strict=True))])

    found = Service(vector).run(differences.seen)
    assert found.detail.startswith("The model ignores the order of sentences: ")


def test_each_small_difference_has_its_wrong_model():
    others = {"white space", "spaces", "case", "the last token"}  # have tests of their own
    others |= {"one word in the middle"}  # is for caches
    assert {*CHANGES} | others == {*PAIRS}


def test_case_ignored(model):
    found = failures(lambda text: model(text.lower()))
    assert {*found} >= {"recorded vectors", "small differences"}
    assert found["small differences"].startswith("The model ignores case, ")


def test_the_final_token_lost(model):
    found = failures(lambda text: model(without_last_token(text)))
    assert {*found} >= {"recorded vectors", "small differences"}
    assert found["small differences"].startswith("The model ignores the last token, ")


def test_the_pairs_differ_in_what_they_are_named_for():
    pairs = PAIRS
    assert [" ".join(text.split()) for text in pairs["white space"]] == [pairs["white space"][1]] * 2
    assert [" ".join(text.split()) for text in pairs["spaces"]] == [pairs["spaces"][1]] * 2
    assert [text.lower() for text in pairs["case"]] == [pairs["case"][1]] * 2
    assert len({without_last_token(text) for text in pairs["the last token"]}) == 1
