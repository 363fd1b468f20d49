"""`embedder usage` against an emulated GraphQL Analytics API."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner
from werkzeug import Response

from embedder_cli.main import app
from tests.cli.fake_analytics import ACCOUNT, DENIED, TOKEN, FakeAnalytics, answer


@pytest.fixture
def fake(httpserver):
    found = FakeAnalytics(httpserver)
    found.add(3, neurons=2, tokens=100, tag="key:web")
    found.add(2, neurons=5, tokens=300, tag="key:importer")
    found.add(1, neurons=1, tokens=10)
    found.add(9, tag="key:web", model="@cf/other")
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


def rows(done):
    assert done.exit_code == 0, done.output
    return {row["key"]: (row["calls"], row["tokens"], row["neurons"]) for row in json.loads(done.stdout)["usage"]}


BY_KEY = {"web": (3, 300, 6), "importer": (2, 600, 10), None: (1, 10, 1)}


@pytest.mark.parametrize("field", ["tags", "tag"])
def test_calls_tokens_and_neurons_by_key(fake, usage, field):
    fake.tag_field = field
    done = usage("--json")
    assert rows(done) == BY_KEY
    assert json.loads(done.stdout)["by_key"] is True
    assert [row["key"] for row in json.loads(done.stdout)["usage"]] == ["importer", "web", None]


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


def test_without_a_field_of_tags_there_is_a_total_and_a_sentence(fake, usage):
    fake.tag_field = "nothing"
    done = usage()
    assert (done.exit_code, fake.fields) == (0, ["tags", "tag", ""])
    assert "only a total of all callers" in done.stderr
    assert "web" not in done.stdout
    assert rows(usage("--json")) == {None: (6, 910, 17)}


def test_days_is_the_interval(fake, usage):
    fake.add(1, tag="key:old", at=datetime.now(UTC) - timedelta(days=2))
    assert "old" in rows(usage("--json"))
    assert "old" in rows(usage("--days", "3", "--json"))
    assert "old" not in rows(usage("--days", "1", "--json"))
    assert usage("--days", "0").exit_code == 2


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (answer(DENIED), "Account Analytics: Read"),
        (answer({"errors": [{"message": "the interval is too long"}]}), "the interval is too long"),
        (answer({"data": {}}), "unknown form"),
        (Response("busy", 503), "HTTP 503"),
    ],
)
def test_a_failure_is_one_sentence(fake, usage, failure, sentence):
    fake.failures = [failure]
    done = usage()
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert len(fake.fields) == 0


@pytest.mark.parametrize("name", ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"])
def test_needs_a_token_and_an_account(usage, name):
    done = usage(**{name: ""})
    assert (done.exit_code, "needs CLOUDFLARE_API_TOKEN and" in " ".join(done.stderr.split())) == (2, True)
