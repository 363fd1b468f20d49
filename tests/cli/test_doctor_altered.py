"""Something that changes only texts of several hundred words on their way: the doctor names what."""

import re
import unicodedata

import pytest

from embedder_cli.doctor.model import altered
from embedder_cli.doctor.results import Status
from tests.cli.model_service import Service

PROMPT = re.compile(r"^(?:task: [\w ]+ \| query: |title: [\w ]+ \| text: )")
CHANGES = {
    "case": str.lower,
    "line breaks": lambda text: text.replace("\n", " "),
    "white space": lambda text: " ".join(text.split()),
    "punctuation": lambda text: text.replace(",", ""),
    "accents": lambda text: unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode(),
    "small words": lambda text: text.replace(" of the", ""),
    "digits": lambda text: re.sub(r"\d", "0", text),
    "emoji": lambda text: re.sub("[\U00010000-\U0010ffff]", "", text),
    "Chinese": lambda text: re.sub("[\u4e00-\u9fff]", "", text),
    "Cyrillic": lambda text: re.sub("[\u0400-\u04ff]", "", text),
    "a prompt": lambda text: PROMPT.sub("", text),
    "the kind of prompt": lambda text: text.replace("task: search result | query", "title: none | text"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_long_texts_only(model, name):
    found = Service(lambda text: model(CHANGES[name](text) if len(text) > 1_000 else text)).run(altered.seen)
    ignored = found.detail.partition("the model ignores ")[2].partition(": ")[0]
    assert (found.status, name in ignored.split(", ")) == (Status.FAIL, True)


def test_each_difference_has_its_wrong_model(model):
    assert {*CHANGES} == {*altered.PAIRS}
    assert Service(model).run(altered.seen).status is Status.OK
