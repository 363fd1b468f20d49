"""What a request may choose about its vectors."""

import msgspec
import pytest

from embedder.embedding.options import MODEL_DIGITS, EmbedOptions, OutputFormat


@pytest.mark.parametrize(
    ("options", "output", "digits"),
    [
        ({}, OutputFormat(768, "float"), True),
        ({"dimensions": 768, "encoding_format": "float"}, OutputFormat(768, "float"), True),
        ({"dimensions": 256}, OutputFormat(256, "float"), False),
        ({"encoding_format": "base64"}, OutputFormat(768, "base64"), False),
    ],
)
def test_only_the_models_own_vectors_keep_their_digits(options, output, digits):
    found = msgspec.convert(options, EmbedOptions).output()
    assert (found, found == MODEL_DIGITS) == (output, digits)


@pytest.mark.parametrize(
    "options", [{"dimensions": 100}, {"encoding_format": "hex"}, {"task": "other"}, {"truncate": "no"}, {"other": 1}]
)
def test_other_values_and_fields_are_rejected(options):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(options, EmbedOptions)
