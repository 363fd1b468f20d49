"""What a key may do: access never widens."""

from hypothesis import given
from hypothesis import strategies as st

from embedder.access.scopes import FULL, SCOPES, Access
from embedder.errors import EmbedderError
from tests.core.keyed import SUBSETS


def test_a_route_without_a_scope_needs_all_of_them():
    for scopes in SUBSETS:
        assert Access(scopes, None).allows("all") == (scopes == SCOPES)


accesses = st.builds(
    Access,
    st.frozensets(st.sampled_from(sorted(SCOPES))),
    st.none() | st.frozensets(st.sampled_from(["acme", "bolt", "rival", ""])),
)


names = st.none() | st.sampled_from(["acme", "bolt", "rival", "", "Acme", "acme "])


def reached(access, namespace):
    try:
        return {access.namespace(namespace)}
    except EmbedderError as error:
        assert error.code == "forbidden"
        return set()


@given(accesses, names)
def test_a_namespace_that_was_granted_is_one_of_the_key(access, name):
    for found in reached(access, name):
        assert access.reaches(found)
        assert name in (None, found)
        assert (found is None) <= (access.namespaces is None)


@given(accesses, accesses, names)
def test_access_never_widens(left, right, name):
    """What both of two keys have reaches no more than either of them, and nobody reaches more than everything."""
    limits = [access.namespaces for access in (left, right) if access.namespaces is not None]
    both = Access(left.scopes & right.scopes, frozenset.intersection(*limits) if limits else None)
    for scope in (*SCOPES, "all", "any"):
        assert both.allows(scope) <= (left.allows(scope) and right.allows(scope)) <= FULL.allows(scope)
    for found in reached(both, name):
        assert left.reaches(found) and right.reaches(found)
