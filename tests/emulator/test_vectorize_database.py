"""The database in plain Python, which the tests of the emulator use, behaves like the one of the runtime."""

import pytest

from tests.emulator.conformance import CHECKS
from tests.emulator.plain import PlainDatabase


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_conformance(check):
    check(PlainDatabase())
