"""The secret API_KEYS: both forms, its errors, and the comparison of keys."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from embedder.access import keys
from embedder.access.keys import KeysError
from embedder.access.scopes import FULL, Access
from tests.core.fakes import FakeApp, error, json_of

KEY = "a-key-of-this-test"
DIGEST = sha256(KEY.encode()).hexdigest()
ENTRY = {"name": "web", "sha256": DIGEST, "scopes": ["embed"]}
LAST_DAY = datetime(2027, 1, 31, tzinfo=UTC).timestamp()
DAY_S = 86_400


def parse(*entries):
    return keys.parse(json.dumps(entries))


def test_an_entry_has_a_digest_scopes_namespaces_and_a_last_day():
    [key] = parse({**ENTRY, "scopes": ["embed", "search"], "namespaces": ["acme"], "expires": "2027-01-31"})
    access = Access(frozenset({"embed", "search"}), frozenset({"acme"}))
    assert (key.name, key.digest.hex(), key.access) == ("web", DIGEST, access)
    assert not key.has_expired((LAST_DAY + DAY_S - 1) * 1000)
    assert key.has_expired((LAST_DAY + DAY_S) * 1000)


def test_an_entry_without_namespaces_reaches_all_and_without_a_last_day_does_not_expire():
    [key] = parse(ENTRY)
    assert (key.access.namespaces, key.has_expired(1e18)) == (None, False)


@pytest.mark.parametrize(
    "text", ["a:0123456789abcdef,b:fedcba9876543210", " a:0123456789abcdef\n\tb:fedcba9876543210 "]
)
def test_pairs_may_do_everything(text):
    found = keys.parse(text)
    assert [(key.name, key.access, key.ends_ms) for key in found] == [("a", FULL, None), ("b", FULL, None)]
    assert keys.matching(found, "fedcba9876543210") == found[1]


def test_without_a_value_there_are_no_keys():
    assert keys.parse(" ") == ()


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"name": ""}, "[0].name"),
        ({"name": "n" * 65}, "[0].name"),
        ({"name": None}, "[0].name"),
        ({"sha256": KEY}, "[0].sha256"),
        ({"sha256": DIGEST + "00"}, "[0].sha256"),
        ({"sha256": DIGEST + "\n"}, "[0].sha256"),
        ({"scopes": []}, "[0].scopes"),
        ({"scopes": "embed"}, "[0].scopes"),
        ({"scopes": ["embed", KEY]}, "[0].scopes"),
        ({"scopes": None}, "[0].scopes"),
        ({"namespaces": []}, "[0].namespaces"),
        ({"namespaces": None}, "[0].namespaces"),
        ({"namespaces": "acme"}, "[0].namespaces"),
        ({"namespaces": [""]}, "[0].namespaces"),
        ({"namespaces": ["é" * 33]}, "[0].namespaces"),
        ({"namespaces": ["acme", None]}, "[0].namespaces"),
        ({"expires": None}, "[0].expires"),
        ({"expires": "2027-02-30"}, "[0].expires"),
        ({"expires": "tomorrow"}, "[0].expires"),
        ({"expires": 2027}, "[0].expires"),
        ({"key": KEY}, "[0] must"),
        ({"Scopes": ["embed"]}, "[0] must"),
    ],
)
def test_an_invalid_entry_is_named_and_not_quoted(changed, path):
    with pytest.raises(KeysError) as caught:
        parse({**ENTRY, **changed})
    assert str(caught.value).startswith(f"API_KEYS{path}")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("name", ["name", "sha256", "scopes"])
def test_a_missing_field_is_an_error(name):
    with pytest.raises(KeysError, match=r"API_KEYS\[1\] must be an object with name, sha256 and scopes"):
        parse(ENTRY, {field: value for field, value in ENTRY.items() if field != name})


@pytest.mark.parametrize(
    "text",
    ["[", "[]", "{}", json.dumps(ENTRY), "[object Object]", f"[{KEY!r}]", f'["{KEY}"]', "[null]", "[" * 100_000, '"'],
)
def test_other_values_are_an_error(text):
    with pytest.raises(KeysError, match="API_KEYS") as caught:
        keys.parse(text)
    assert KEY not in str(caught.value)


def test_a_key_has_one_entry():
    with pytest.raises(KeysError, match=r"API_KEYS\[1\].sha256 is the same as in API_KEYS\[0\]"):
        parse(ENTRY, {**ENTRY, "sha256": DIGEST.upper(), "scopes": ["write"]})


@pytest.mark.parametrize("presented", ["key-number-0", "key-number-4", "key-number-9", "unknown", ""])
def test_all_keys_are_compared_whichever_was_presented(monkeypatch, presented):
    entries = [{**ENTRY, "sha256": sha256(f"key-number-{n}".encode()).hexdigest()} for n in range(10)]
    compared = []

    def compare(left, right):
        compared.append((left, len(right)))
        return left == right

    monkeypatch.setattr(keys, "compare_digest", compare)
    keys.matching(parse(*entries), presented)
    assert compared == [(bytes.fromhex(entry["sha256"]), 32) for entry in entries]


def app_at(now_s, *entries):
    app = FakeApp(AUTH="on", API_KEYS=json.dumps(entries))
    app.now = now_s * 1000
    return app


def ask(app, key=KEY):
    return app.ask("/embed", {"text": "a"}, authorization=f"Bearer {key}")


def test_a_key_ends_with_its_last_day_and_is_told_so():
    entry = {**ENTRY, "expires": "2027-01-31"}
    assert ask(app_at(LAST_DAY + DAY_S - 1, entry)).status == 200
    app = app_at(LAST_DAY + DAY_S, entry)
    answer = ask(app)
    assert error(answer)[:2] == (401, "unauthorized")
    assert json_of(answer)["error"]["message"].startswith("This key has expired. Send a valid key")
    assert app.model.calls == []
    assert json.loads(app.log[0])["key"] == "web"  # for the operator
    assert "expired" not in json_of(ask(app, "another-key"))["error"]["message"]


def test_an_expired_key_is_counted_by_its_address():
    seen = []

    async def limiter(_scope, key):
        seen.append(key)
        return True

    app = FakeApp(AUTH="on", API_KEYS=json.dumps([{**ENTRY, "expires": "1969-12-30"}]), limiter=limiter)
    assert app.ask("/embed", {"text": "a"}, authorization=f"Bearer {KEY}", cf_connecting_ip="1.2.3.4").status == 401
    assert seen == ["address:1.2.3.4"]


def test_two_keys_are_valid_during_a_rotation():
    new = {**ENTRY, "sha256": sha256(b"the-new-key").hexdigest()}
    app = app_at(0, ENTRY, new)
    assert [ask(app, key).status for key in (KEY, "the-new-key")] == [200, 200]


@pytest.mark.parametrize("text", ["", "\n"])
def test_the_digest_of_nothing_opens_the_service_to_nobody(text):
    with pytest.raises(KeysError, match=r"API_KEYS\[0\]\.sha256 is the digest of an empty text"):
        parse({**ENTRY, "sha256": sha256(text.encode()).hexdigest().upper()})
    assert keys.matching((keys.Key("a", sha256(b"").digest(), FULL),), "") is None


def test_a_key_in_a_pair_has_one_name_and_can_be_sent_in_a_header():
    assert len(keys.parse("a:0123456789abcdef a:0123456789abcdef a:fedcba9876543210")) == 3
    with pytest.raises(KeysError, match="one key under two names"):
        keys.parse("a:0123456789abcdef b:0123456789abcdef")
    with pytest.raises(KeysError, match="ASCII"):
        keys.parse("a:é123456789abcdef")
