"""What a request may choose about its vectors."""

import msgspec
import pytest

from embedder.embedding import options
from embedder.embedding.options import MODEL_DIGITS, EmbedOptions, OutputFormat


@pytest.mark.parametrize(
    ("chosen", "output", "digits"),
    [
        ({}, OutputFormat(768, "float"), True),
        ({"dimensions": 768, "encoding_format": "float"}, OutputFormat(768, "float"), True),
        ({"dimensions": 256}, OutputFormat(256, "float"), False),
        ({"encoding_format": "base64"}, OutputFormat(768, "base64"), False),
    ],
)
def test_only_the_models_own_vectors_keep_their_digits(chosen, output, digits):
    found = msgspec.convert(chosen, EmbedOptions).output()
    assert (found, found == MODEL_DIGITS) == (output, digits)


@pytest.mark.parametrize(
    "chosen", [{"dimensions": 100}, {"encoding_format": "hex"}, {"task": "other"}, {"truncate": "no"}, {"other": 1}]
)
def test_other_values_and_fields_are_rejected(chosen):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(chosen, EmbedOptions)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        (True, "end"),
        (False, "error"),
        ("END", "end"),
        ("right", "end"),
        ("None", "error"),
        ("error", "error"),
        ("middle", "middle"),
        (None, None),
        (1, 1),
        ([], []),
    ],
)
def test_other_words_for_what_happens_to_long_texts(value, meaning):
    assert options.truncation(value) == meaning
    assert options.as_boolean(value) == {"end": True, "error": False}.get(str(meaning), value)


@pytest.mark.parametrize("value", ["START", "left"])
def test_the_start_can_not_be_cut_off(value):
    with pytest.raises(ValueError, match=f"{value} is not possible: the model keeps the beginning"):
        options.truncation(value)


def test_other_words_for_a_size_and_an_encoding():
    assert [type(options.whole(value)) for value in (256.0, 256, 300.0, True, "256", "300")] == [
        *(int, int, float, bool, int, str)
    ]
    assert [options.whole(value) for value in (0, 0.0, False)] == [None, None, False]
    assert [options.encoding(value) for value in ("Base64", ["FLOAT"], ["float", "int8"], None)] == [
        "base64",
        "float",
        ["float", "int8"],
        None,
    ]
