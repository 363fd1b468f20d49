"""The emulator of Workers AI: what its callers get of an error."""

import msgspec
import pytest

from emulator import workers_ai
from emulator.workers_ai import Fault, Reply


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (workers_ai.error(3040), "3040: Capacity temporarily exceeded, please try again."),
        (workers_ai.check(workers_ai.MODEL, {})[1], "5006: Error: required properties at '/' are 'text'"),
        (workers_ai.broken(workers_ai.answer([]), Fault("html", 0)), "<html><body>Bad gateway</body></html>"),
        (Reply(500, b"[]"), "[]"),
    ],
)
def test_the_binding_throws_the_code_and_the_description(reply, message):
    assert workers_ai.thrown(reply) == message


TEXT = {"text": ["one"]}


def code_of(reply):
    return msgspec.json.decode(reply.body)["internalCode"] if reply else None


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        (None, None),
        ([], None),
        (["key:web", "a.b/c@d-1"], None),
        (["x" * 50], None),
        (["same"] * 6, None),
        (["x" * 51], 3003),
        ([f"tag{number}" for number in range(6)], 3003),
        (["with space"], 3003),
        (["caf\u00e9"], 3003),
        ([""], 3003),
        ([1], 3003),
        ("web", 3003),
    ],
)
def test_tags_follow_the_rules_of_the_declarations(tags, code):
    assert code_of(workers_ai.check(workers_ai.MODEL, TEXT, tags)[1]) == code


@pytest.mark.parametrize("text", [[], [""], "", ["fine", ""]])
def test_a_call_without_a_text_is_rejected(text):
    assert code_of(workers_ai.check(workers_ai.MODEL, {"text": text})[1]) in (3010, 5006)
