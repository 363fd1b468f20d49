"""page/example.json has the recorded vectors, and little else."""

import json
import math

import pytest

from tools import page_example


def dot(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.slow
def test_the_file_is_what_the_tool_writes():
    assert page_example.TARGET.read_text(encoding="utf-8") == page_example.document()


@pytest.mark.slow
def test_the_integers_keep_the_cosines():
    content = json.loads(page_example.document())
    packed = [ord(letter) - page_example.ZERO for letter in content["rows"]]
    rows = [packed[at : at + 768] for at in range(0, len(packed), 768)]
    full = [vector for _, _, vector in page_example.messages()]
    assert len(rows) == len(full) == len(content["texts"]) == 40
    assert len(set(content["languages"])) == 5

    def cosine(one, other):
        return dot(one, other) / math.sqrt(dot(one, one) * dot(other, other))

    for i in range(len(rows)):
        for j in range(i):
            assert abs(cosine(rows[i], rows[j]) - cosine(full[i], full[j])) < 0.015
