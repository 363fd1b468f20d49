"""Ids of documents."""

from embedder_cli.importer.documents import id_of


def test_ids_fit_into_64_bytes_and_into_a_query_string():
    assert id_of("guide.md", 3) == "guide.md#3"
    assert id_of("guide.md", 3, "acme") == "acme/guide.md#3"
    for name in ("x" * 64, "ü" * 40, "a,b", "a\nb"):
        assert len(id_of(name, 1)) == 40
        assert id_of(name, 1) != id_of(name, 2)
        assert id_of(name, 1) != id_of(name, 1, "acme")
