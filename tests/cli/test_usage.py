"""`embedder usage` against an emulated GraphQL Analytics API."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner
from werkzeug import Response

from embedder_cli.doctor.analytics import DATASET, AnalyticsError
from embedder_cli.main import app
from embedder_cli.usage import gateway, tags
from tests.cli.fake_analytics import ACCOUNT, DENIED, TOKEN, FakeAnalytics, answer


@pytest.fixture
def fake(httpserver):
    found = FakeAnalytics(httpserver)
    found.add(3, neurons=2, tokens=100, tag="key:web")
    found.add(2, neurons=5, tokens=300, tag="key:importer")
    found.add(1, neurons=1, tokens=10)
    found.add(9, tag="key:web", model="@cf/other")
    found.add_to_gateway(4, '{"key":"web"}', tokens=50)
    found.add_to_gateway(1, "", tokens=5)
    found.add_to_gateway(7, '{"key":"web"}', name="another")
    found.add_to_gateway(7, '{"key":"web"}', model="gpt-5")
    return found


@pytest.fixture
def usage(fake):
    def run(*options, **environment):
        names = {
            "CLOUDFLARE_API_TOKEN": TOKEN,
            "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
            "CLOUDFLARE_API_BASE_URL": fake.url,
            **environment,
        }
        return CliRunner().invoke(app, ["usage", *options], env=names)

    return run


def rows(done, status=0):
    assert done.exit_code == status, done.output
    return {row["key"]: (row["calls"], row["tokens"], row["neurons"]) for row in json.loads(done.stdout)["usage"]}


BY_KEY = {"web": (3, 300, 6), "importer": (2, 600, 10), None: (1, 10, 1)}
TOTAL = {"calls": 6, "tokens": 910, "neurons": 17}
BY_GATEWAY = {"web": (4, 200, None), None: (1, 5, None)}


@pytest.mark.parametrize("field", ["tags", "tag", "requestTags"])
def test_calls_tokens_and_neurons_by_key(fake, usage, field):
    fake.rename(DATASET, "tags", field)
    done = usage("--json")
    assert rows(done) == BY_KEY
    found = json.loads(done.stdout)
    assert (found["keys_from"], found["total"]) == ("tags", TOTAL)
    assert [row["key"] for row in found["usage"]] == ["importer", "web", None]
    assert fake.queries == ["settings", field]


@pytest.mark.parametrize("field", ["tags", "tag"])
def test_without_the_settings_the_names_that_tags_may_have_are_tried(fake, usage, field):
    fake.told = False
    fake.rename(DATASET, "tags", field)
    assert rows(usage("--json")) == BY_KEY
    assert fake.queries == ["settings", *["tags", "tag"][: 1 + (field == "tag")]]


@pytest.mark.parametrize("tags", ["key:web", ["other", "key:web"], "a,key:web", '["key:web"]', "key:web,key:web"])
def test_the_key_is_found_among_other_tags(fake, usage, tags):
    fake.calls = []
    fake.add(1, tag=tags if isinstance(tags, str) else tuple(tags))
    assert list(rows(usage("--json"))) == ["web"]


def test_the_table_has_a_total_and_dollars(usage):
    done = usage()
    assert done.exit_code == 0
    lines = [line.split() for line in done.stdout.replace("│", " ").splitlines()]
    assert ["all", "6", "910", "17.0", "0.0002"] in lines
    assert ["(no", "key)", "1", "10", "1.0", "0.0000"] in lines


@pytest.mark.parametrize(
    ("told", "rejection"),
    [
        (True, ('unknown field "{}"', 400)),
        (False, ('unknown field "{}"', 400)),
        (False, ('unknown field "{}"', 200)),
        (False, ('Cannot query field "{}" on type "AccountAiInferenceAdaptiveGroupsDimensions".', 200)),
        (False, ("does not have access to the path viewer.accounts.dimensions.{}", 403)),
    ],
)
def test_without_a_field_of_tags_there_is_a_total_and_a_sentence(fake, usage, told, rejection):
    fake.rename(DATASET, "tags", "")
    fake.told, fake.rejection = told, rejection
    done = usage()
    assert (done.exit_code, fake.queries) == (1, ["settings", *([] if told else ["tags", "tag"]), ""])
    assert "no field for tags in this account, so this is a total of all callers" in done.stderr
    assert "--gateway NAME" in done.stderr
    assert "web" not in done.stdout
    done = usage("--json")
    assert rows(done, 1) == {}
    assert (json.loads(done.stdout)["keys_from"], json.loads(done.stdout)["total"]) == (None, TOTAL)


def test_a_rejection_among_several_that_names_the_field(fake, usage):
    fake.told = False
    fake.failures = [
        answer({}, 400),
        answer({"errors": [{"message": "sorry"}, {"message": 'unknown field "tags"'}]}, 400),
    ]
    fake.rename(DATASET, "tags", "tag")
    assert rows(usage("--json")) == BY_KEY


@pytest.mark.parametrize("told", [True, False])
def test_a_gateway_has_the_keys_where_the_tags_are_missing(fake, usage, told):
    fake.rename(DATASET, "tags", "")
    fake.told = told
    done = usage("--gateway", "main", "--json")
    tokens = {key: (calls, count if told else None, None) for key, (calls, count, _) in BY_GATEWAY.items()}
    assert rows(done) == tokens
    assert (json.loads(done.stdout)["keys_from"], json.loads(done.stdout)["total"]) == ("gateway", TOTAL)
    assert "the gateway, which has no neurons" in done.stderr
    lines = [line.split() for line in usage("--gateway", "main").stdout.replace("│", " ").splitlines()]
    assert ["web", "4", "200" if told else "?", "?", "?"] in lines


def test_a_gateway_whose_sums_of_tokens_have_another_name(fake, usage):
    fake.rename(DATASET, "tags", "")
    fake.fields[gateway.DATASET] -= {"sum_cachedTokensIn", "sum_uncachedTokensIn"}
    fake.fields[gateway.DATASET] |= {"sum_tokensIn", "sum_tokensOut"}
    assert rows(usage("--gateway", "main", "--json")) == BY_GATEWAY


def test_a_field_that_an_error_names_in_lower_case():
    reason = "the account does not have access to the field 'metadataraw'"
    assert tags.unknown("metadataRaw", AnalyticsError("", reason))
    assert not tags.unknown("metadata", AnalyticsError("", reason))


def test_a_gateway_is_not_asked_where_the_tags_are_there(fake, usage):
    assert rows(usage("--gateway", "main", "--json")) == BY_KEY
    assert fake.queries == ["settings", "tags"]


def test_a_gateway_without_calls_is_said_to_have_none(fake, usage):
    fake.rename(DATASET, "tags", "")
    done = usage("--gateway", "mian", "--json")
    assert (rows(done, 1), json.loads(done.stdout)["total"]) == ({}, TOTAL)
    assert "Check the name of the gateway" in done.stderr
    fake.calls = []
    assert rows(usage("--gateway", "mian", "--json")) == {}


@pytest.mark.parametrize("told", [True, False])
def test_without_tags_and_metadata_there_is_a_total(fake, usage, told):
    fake.rename(DATASET, "tags", "")
    fake.rename(gateway.DATASET, "metadataRaw", "")
    fake.told = told
    done = usage("--gateway", "main", "--json")
    assert (rows(done, 1), json.loads(done.stdout)["total"]) == ({}, TOTAL)
    assert "neither a field for tags nor one for the gateway's metadata" in done.stderr


@pytest.mark.parametrize("metadata", ["", "null", "[]", "{", '{"key":5}', '{"user":"web"}', None, {"key": "web"}])
def test_any_metadata_is_read(fake, usage, metadata):
    fake.rename(DATASET, "tags", "")
    fake.gateway_calls = []
    fake.add_to_gateway(1, json.dumps(metadata) if isinstance(metadata, dict) else metadata)
    assert list(rows(usage("--gateway", "main", "--json"))) == ["web" if isinstance(metadata, dict) else None]


def test_days_is_the_interval(fake, usage):
    fake.add(1, tag="key:old", at=datetime.now(UTC) - timedelta(days=2))
    assert "old" in rows(usage("--json"))
    assert "old" in rows(usage("--days", "3", "--json"))
    assert "old" not in rows(usage("--days", "1", "--json"))
    assert usage("--days", "0").exit_code == 2


def test_a_long_time_is_asked_in_pieces(fake, usage):
    fake.limits["maxDuration"] = 86_400
    fake.add(1, tag="key:web", neurons=2, tokens=100, at=datetime.now(UTC) - timedelta(days=2))
    assert rows(usage("--json", "--days", "3"))["web"] == (4, 400, 8)
    assert fake.queries == ["settings", "tags", "tags", "tags"]


def test_a_time_that_is_not_kept_is_an_error_with_the_days(fake, usage):
    fake.limits["notOlderThan"] = 2_678_400
    assert usage("--days", "31").exit_code == 0
    done = usage("--days", "32")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "usage: Cloudflare's analytics reach back 31 days; ask for --days 31, or fewer.\n"


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (answer(DENIED), "Account Analytics: Read"),
        (answer(DENIED, 403), "Account Analytics: Read"),
        (answer({"errors": [{"message": "the interval is too long"}]}), "the interval is too long"),
        (answer({"data": {}}), "unknown form"),
        (answer({"data": {"viewer": {"accounts": [{DATASET: [{"count": 1}]}]}}}), "unknown form"),
        (Response("busy", 503), "HTTP 503"),
        (answer({"errors": [{"message": "rate limiter budget depleted"}]}, 429), "HTTP 429"),
    ],
)
def test_a_failure_is_one_sentence(fake, usage, failure, sentence):
    fake.failures = [answer({}), failure]
    done = usage()
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert fake.queries == []


def test_the_names_of_fields_may_have_points(fake, usage):
    fields = [field.replace("_", ".") for field in fake.fields[DATASET]]
    settings = {"settings": {DATASET: {**fake.limits, "availableFields": fields}}}
    fake.failures = [answer({"data": {"viewer": {"accounts": [settings]}}})]
    assert rows(usage("--json")) == BY_KEY
    assert fake.queries == ["tags"]


@pytest.mark.parametrize("settings", [{}, {"settings": None}, {"settings": {DATASET: {"availableFields": None}}}])
def test_settings_of_another_form_are_no_error(fake, usage, settings):
    fake.failures = [answer({"data": {"viewer": {"accounts": [settings]}}})]
    assert rows(usage("--json")) == BY_KEY


@pytest.mark.parametrize("name", ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"])
def test_needs_a_token_and_an_account(usage, name):
    done = usage(**{name: ""})
    assert (done.exit_code, "Set CLOUDFLARE_API_TOKEN and" in " ".join(done.stderr.split())) == (2, True)
