"""The fakes have the methods of the protocols that they stand for, with the same parameters."""

import inspect

import pytest

from embedder import ports
from tests.core.emulated import EmulatedIndex
from tests.core.fake_index import FakeIndex
from tests.core.fakes import FakeBatch, FakeLifetime, FakeModel, FakeQueue

PAIRS = [
    (ports.Lifetime, FakeLifetime),
    (ports.Queue, FakeQueue),
    (ports.Batch, FakeBatch),
    (ports.Model, FakeModel),
    (ports.Index, FakeIndex),
    (ports.Index, EmulatedIndex),
]


def methods(protocol):
    return [name for name, value in vars(protocol).items() if inspect.isfunction(value) and name[0] != "_"]


def parameters(function):
    """Return the kind of each parameter, and the names of those that are passed by name."""
    found = list(inspect.signature(function).parameters.values())
    return [(each.kind, each.name if each.kind is each.KEYWORD_ONLY else "") for each in found]


@pytest.mark.parametrize(("protocol", "fake"), PAIRS)
def test_a_fake_takes_the_calls_of_its_protocol(protocol, fake):
    assert methods(protocol)
    for name in methods(protocol):
        declared, given = getattr(protocol, name), getattr(fake, name)
        assert parameters(given) == parameters(declared), name
        assert inspect.iscoroutinefunction(given) == inspect.iscoroutinefunction(declared), name
