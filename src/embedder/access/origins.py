"""Which web pages and desktop shells may call from a browser: the grammar of CORS_ORIGINS, and the question itself.

Source: the Fetch standard, "CORS protocol" and "Origin header"; RFC 6454, section 6.2, for the form of an origin.
"""

import re
from collections.abc import Iterable, Set

ANY = "*"
NOBODY = "null"  # of a page in a sandbox, of a file, of a redirect: anybody can have it, so it says nothing
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
)
_FILES = "file://"  # of desktop shells whose pages are files
# All hosts of a scheme: some browsers and editors give each installation, or each page, a host of its own.
_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*://\*")
_MAX_PORT = 65_535
_MAX_QUOTED_CHARS = 80


class OriginError(ValueError):
    """An entry of CORS_ORIGINS is no origin. The message says why."""


def parse(text: str) -> tuple[frozenset[str], list[str]]:
    """Return the origins in `text`, separated by commas or white space, and what is wrong with each of the others."""
    origins, faults = set(), []
    for entry in text.replace(",", " ").split():
        try:
            origins.add(normalised(entry))
        except OriginError as error:
            faults.append(str(error))
    return frozenset(origins), faults


def normalised(entry: str) -> str:
    """Return an entry as a browser sends it: in lower case, without a slash at the end, without a default port."""
    origin = entry.strip("\"'").lower()
    if origin == ANY:
        return ANY
    if origin.rstrip("/") == "file:":
        return _FILES
    if _SCHEME.fullmatch(origin.rstrip("/")):
        return origin.rstrip("/")
    found = _ORIGIN.fullmatch(origin.rstrip("/"))
    if found is None or int(found["port"] or 0) > _MAX_PORT:
        raise OriginError(f"{entry[:_MAX_QUOTED_CHARS]!r} {_reason(origin)}")
    scheme, port = found["scheme"], int(found["port"] or 0)
    is_default = not port or port == _DEFAULT_PORTS.get(scheme)
    return f"{scheme}://{found['host']}" + ("" if is_default else f":{port}")


def _reason(origin: str) -> str:
    scheme, mark, rest = origin.rstrip("/").partition("://")
    if origin == NOBODY:
        return "is the origin of any page in a sandbox; it can't be allowed."
    if not mark:
        return f"has no scheme; write https://{origin[:_MAX_QUOTED_CHARS]}, or http://."
    if ANY in origin:
        return "has a wildcard; name each origin, or allow all with a single *."
    if "/" in rest or "?" in rest or "#" in rest:
        return f"has a path; write {scheme}://{re.split('[/?#]', rest)[0][:_MAX_QUOTED_CHARS]}."
    if not origin.isascii():
        return "is not ASCII; write the name as a browser sends it, which begins with xn--."
    return "is no origin; write scheme://host or scheme://host:port."


def is_allowed(origins: Set[str], origin: str | None) -> bool:
    """Return whether pages of `origin`, the value of the header, may call. Without the header, there is no page."""
    if origin is None or origin == NOBODY or not origins:
        return False
    return ANY in origins or origin in origins or not origins.isdisjoint(_spellings(origin.lower()))


def _spellings(origin: str) -> tuple[str, str]:
    return origin, f"{origin.partition('://')[0]}://{ANY}"


def listed(faults: Iterable[str]) -> str:
    """Return what is wrong with CORS_ORIGINS as one text, empty if nothing is."""
    found = " ".join(faults)
    return f"CORS_ORIGINS: {found}" if found else ""
