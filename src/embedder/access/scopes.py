"""What a caller may do: scopes, and the namespaces of the index that it reaches."""

from typing import Literal, get_args

from msgspec import Struct

from embedder.errors import EmbedderError

ScopeName = Literal["embed", "search", "write"]
MAX_NAMESPACE_BYTES = 64  # Vectorize, Limits
SCOPES: frozenset[str] = frozenset(get_args(ScopeName))
# What a route needs: one scope; "any" for every valid key; "all" for a key with every scope.
Needed = Literal["embed", "search", "write", "any", "all"]


class Access(Struct, frozen=True):
    """What one caller may do. Without arguments: nothing. `namespaces`: the only ones it reaches; None: all."""

    scopes: frozenset[str] = frozenset()
    namespaces: frozenset[str] | None = frozenset()

    def allows(self, needed: Needed) -> bool:
        """Return whether the caller has a scope."""
        return needed == "any" or (self.scopes >= SCOPES if needed == "all" else needed in self.scopes)

    def require(self, needed: Needed) -> None:
        """Raise `forbidden` unless the caller has a scope."""
        if not self.allows(needed):
            wanted = f"the scope {needed}" if needed != "all" else f"all scopes: {', '.join(sorted(SCOPES))}"
            has = ", ".join(sorted(self.scopes)) or "none"
            raise EmbedderError("forbidden", f"This request needs {wanted}; the key has {has}. Use another key.")

    def namespace(self, name: str | None) -> str | None:
        """Return the namespace of a request that names `name`. Raises `forbidden` for one of another key."""
        if self.namespaces is None or name in self.namespaces:
            return name
        own = sorted(self.namespaces)
        if name is None and len(own) == 1:
            return own[0]
        message = "Name a namespace" if name is None else f"This key does not reach the namespace {name[:64]!r}"
        raise EmbedderError("forbidden", f"{message}; the key reaches {', '.join(own) or 'none'}.", param="namespace")

    def reaches(self, namespace: str | None) -> bool:
        """Return whether the caller reaches a vector of this namespace; None is a vector without one."""
        return self.namespaces is None or namespace in self.namespaces


NOTHING = Access()
FULL = Access(SCOPES, None)
