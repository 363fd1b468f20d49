"""Addresses of callers."""

_GROUPS = 8  # of an IPv6 address, of 16 bits each
_NETWORK_GROUPS = 4


def network(address: str) -> str:
    """Return the network that one caller has: of an IPv6 address the first 64 bits, otherwise the address itself.

    Each subscriber can choose among all addresses of such a network, and would be as many callers.
    """
    if ":" not in address or "." in address:  # IPv4, also inside IPv6
        return address
    head, mark, tail = address.partition("::")
    first, last = (part.split(":") if part else [] for part in (head, tail))
    if mark:
        first += ["0"] * (_GROUPS - len(first) - len(last)) + last
    return ":".join(group.lower().lstrip("0") or "0" for group in first[:_NETWORK_GROUPS]) + "::/64"
