"""`embedder key`: what it prints is what the Worker takes."""

import re
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from embedder import keys
from embedder_cli.keys import entries
from embedder_cli.keys.entries import EntriesError
from embedder_cli.main import app

OLD, NEW = "the-old-key-of-the-clients", "the-new-key-of-the-clients"
WEB = entries.entry("web", OLD, ["embed", "search"], ["acme"])
OTHER = entries.entry("batch", "another-key-of-the-batch")


def run(*arguments, typed=""):
    return CliRunner().invoke(app, ["key", *arguments], input=typed)


def test_a_new_key_and_its_entry_are_what_the_worker_takes():
    options = ("--scopes", "embed, search", "--namespaces", "acme,bolt", "--expires", "2027-01-31")
    done = run("new", "web", *options)
    assert done.exit_code == 0, done.output
    made = re.search(r"^The key: (\S+)$", done.stdout, re.MULTILINE)[1]
    [key] = keys.parse(f"[{done.stdout.splitlines()[-1]}]")
    assert keys.matching((key,), made) == key
    assert (key.name, key.access.scopes) == ("web", {"embed", "search"})
    assert key.access.namespaces == {"acme", "bolt"}
    assert key.ends_ms == datetime(2027, 2, 1, tzinfo=UTC).timestamp() * 1000
    assert made not in run("new", "web", *options).stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("web", "--scopes", "admin"), "embed, search, write"),
        (("web", "--scopes", ""), "embed, search, write"),
        (("web", "--scopes", "embed", "--namespaces", ","), "namespace"),
        (("web", "--scopes", "embed", "--namespaces", "n" * 65), "64 bytes"),
        (("web", "--scopes", "embed", "--expires", "soon"), "2027-01-31"),
        (("n" * 65, "--scopes", "embed"), "64 characters"),
        (("web",), "--scopes"),
    ],
)
def test_options_that_the_worker_would_reject_are_a_usage_error(options, says):
    done = run("new", *options)
    assert done.exit_code == 2
    assert says in re.sub(r"[\s│]+", " ", done.output)


VALUES = [
    "",
    "[]",
    "{}",
    "[",
    "[1]",
    "short:key",
    "pair:0123456789abcdef",
    "a:0123456789abcdef, b:fedcba9876543210",
    "a:0123456789abcdef b:0123456789abcdef",
    entries.as_text([WEB, OTHER]),
    entries.as_text([WEB, WEB]),
    *(
        entries.as_text([{**WEB, **changed}])
        for changed in (
            {"name": ""},
            {"name": 5},
            {"sha256": "0" * 63},
            {"sha256": "A" * 64},
            {"scopes": []},
            {"scopes": ["admin"]},
            {"scopes": "embed"},
            {"namespaces": []},
            {"namespaces": None},
            {"namespaces": [""]},
            {"namespaces": ["é" * 33]},
            {"expires": "2027-13-01"},
            {"expires": "20270131"},
            {"expires": None},
            {"key": OLD},
        )
    ),
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_taken_only_if_the_worker_takes_it(value):
    """A value that the Worker rejects would stop every request."""
    try:
        taken = entries.read(value)
    except EntriesError as error:
        assert OLD not in str(error)
        assert value in ("", "a:0123456789abcdef b:0123456789abcdef") or rejected(value)
        return
    given = [(key.name, key.digest, key.access) for key in keys.parse(value)]
    assert [(key.name, key.digest, key.access) for key in keys.parse(entries.as_text(taken))] == given


def test_a_value_that_a_secret_can_not_hold_is_rejected():
    many = [entries.entry(f"key-{n}", f"key-{n}") for n in range(60)]
    assert len(keys.parse(entries.as_text(many[:30]))) == 30
    with pytest.raises(EntriesError, match="a secret holds 5120"):
        entries.as_text(many)


def rejected(value):
    with pytest.raises(keys.KeysError):
        keys.parse(value)
    return True
