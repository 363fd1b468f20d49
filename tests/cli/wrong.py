"""What the tests of wrong models share."""

import math

from embedder_cli.doctor.results import Status
from tests.cli.model_service import Service

# The checks that compare with recorded vectors.
RECORDED = {"recorded vectors", "small differences", "batches", "calls at once", "long texts", "repeated texts"}


def failures(vector, **options):
    """Return the sentences of the checks that fail, by name."""
    found = Service(vector, **options).examine()
    return {name: result.detail for name, result in found.items() if result.status is Status.FAIL}


def turned(row, angle):
    """Return a vector whose cosine with `row` is that of the angle."""
    other = [-row[1], row[0], *(value for at in range(2, len(row), 2) for value in (-row[at + 1], row[at]))]
    return [math.cos(angle) * one + math.sin(angle) * two for one, two in zip(row, other, strict=True)]


def unit(row):
    length = math.hypot(*row)
    return [value / length for value in row]
