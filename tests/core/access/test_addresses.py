"""Addresses of callers: those of one network are one caller."""

import ipaddress
import random

import pytest

from embedder.access.addresses import network


@pytest.mark.parametrize("address", ["192.0.2.1", "unknown", "", "::ffff:192.0.2.1"])
def test_other_addresses_stay_as_they_are(address):
    assert network(address) == address


def test_addresses_of_one_network_are_equal_however_they_are_written():
    written = ["2001:db8::1", "2001:DB8:0:0:a:b:c:d", "2001:0db8:0000::ffff", "2001:db8:0:0::", "2001:db8::1:2:3:4"]
    assert {network(address) for address in written} == {"2001:db8:0:0::/64"}
    assert network("2001:db8:0:1::1") != network("2001:db8::1")


def test_agrees_with_the_standard_library():
    chance = random.Random(1)
    for _ in range(500):
        groups = [chance.choice([0, 0, 0, chance.randrange(65_536)]) for _ in range(8)]
        address = ipaddress.IPv6Address(":".join(f"{group:x}" for group in groups))
        first = [f"{group:x}" for group in groups[:4]]
        assert network(str(address)) == network(address.exploded) == ":".join(first) + "::/64"


@pytest.mark.parametrize(
    "address", [":", "::", ":::", "a" * 10_000 + ":", ":" * 10_000, "::1::2", "1:2:3:4:5:6:7:8:9::1"]
)
def test_anything_else_has_some_network(address):
    assert network(address)
