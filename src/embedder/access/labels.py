"""The names of keys, as Cloudflare takes them in the tags of a call."""

import re
from functools import lru_cache
from hashlib import sha256

PREFIX = "key:"
_MAX_CHARS = 50 - len(PREFIX)  # of a tag (workers-types, AiOptions)
_FORBIDDEN = re.compile(r"[^A-Za-z0-9:./@-]")
_DIGEST_CHARS = 8


@lru_cache(maxsize=1024)
def label(name: str) -> str:
    """Return the name of a key with the characters that a tag may have. "" for no name.

    Other characters become hyphens, and the end is cut off. A name that changes ends with 8 digits of its SHA-256, so
    that two names have two labels.
    """
    plain = _FORBIDDEN.sub("-", name)
    if plain == name and len(name) <= _MAX_CHARS:
        return name
    digest = sha256(name.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_CHARS]
    return f"{plain[: _MAX_CHARS - _DIGEST_CHARS - 1]}-{digest}"
