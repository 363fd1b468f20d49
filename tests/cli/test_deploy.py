"""The guided deployment: what it finds missing, what it runs, where it stops."""

import json
import re

import pytest

from embedder_cli.deploy import plan
from embedder_cli.deploy.plan import DeployError, Wanted
from embedder_cli.deploy.steps import Deployment, Done

CONFIG = {
    "name": "embedder",
    "vectorize": [{"binding": "VECTORIZE", "index_name": "docs"}],
    "vars": {"METADATA_INDEXES": "lang:string, year:number"},
}
INDEX = {"name": "docs", "config": {"dimensions": 768, "metric": "cosine"}}
LANG = {"propertyName": "lang", "indexType": "String"}
YEAR = {"propertyName": "year", "indexType": "Number"}
DEPLOYED = json.dumps({"type": "deploy", "targets": ["example.com/*", "https://embedder.me.workers.dev"]})


class ScriptedRunner:
    """Answers commands by their first words, and remembers them all; an account where nothing is there by default."""

    def __init__(self, **answers):
        self.commands, self.stdin = [], []
        self._answers = {
            "wrangler whoami": Done(0, '{"loggedIn": true}'),
            "wrangler vectorize list": Done(0, "[]"),
            "wrangler vectorize list-metadata-index": Done(0, "[]"),
            "wrangler secret list": Done(1, "", 'Worker "embedder" not found.'),
            **{name.replace("_", " ").replace("  ", "-"): answer for name, answer in answers.items()},
        }

    def run(self, command, *, stdin=None, loud=False):  # noqa: ARG002
        self.commands.append(" ".join(command))
        self.stdin.append(stdin)
        names = [name for name in self._answers if f"{self.commands[-1]} ".startswith(f"{name} ")]
        return self._answers[max(names, key=len)] if names else Done(0)

    def deployed(self):
        return f"{json.dumps({'type': 'wrangler-session'})}\n{DEPLOYED}\n"

    @property
    def changes(self):
        return [command for command in self.commands if not re.search(r" (whoami|list|list-metadata-index)\b", command)]


def everything():
    return ScriptedRunner(
        wrangler_vectorize_list=Done(0, json.dumps([INDEX])),
        wrangler_vectorize_list__metadata__index=Done(0, json.dumps([LANG, YEAR])),
        wrangler_secret_list=Done(0, '[{"name": "API_KEYS", "type": "secret_text"}]'),
    )


def deployment(runner, *, config=CONFIG, ask=lambda _: True, key=None):
    said = []
    made = Deployment(Wanted.from_config(config), runner, ask, said.append, key)
    made.said = said
    return made


def test_on_an_empty_account_everything_is_made_in_order():
    runner = ScriptedRunner()
    made = deployment(runner)
    made.run()
    assert runner.changes == [
        "wrangler vectorize create docs --dimensions=768 --metric=cosine",
        "wrangler vectorize create-metadata-index docs --propertyName=lang --type=string",
        "wrangler vectorize create-metadata-index docs --propertyName=year --type=number",
        "wrangler secret put API_KEYS --env=",
        "pywrangler deploy --env=",
    ]
    assert made.address == "https://embedder.me.workers.dev"


def test_on_a_complete_account_it_only_deploys():
    runner = everything()
    deployment(runner).run()
    assert runner.changes == ["pywrangler deploy --env="]


def test_a_new_key_is_long_enters_by_stdin_and_is_shown_once():
    runner = ScriptedRunner()
    made = deployment(runner)
    made.run()
    [sent] = [text for text in runner.stdin if text]
    assert sent == f"default:{made.key}"
    assert len(made.key) > 40
    assert sum(made.key in line for line in made.said) == 1
    assert not any(made.key in command for command in runner.commands)


def test_a_key_that_was_given_is_used_and_not_shown():
    runner = ScriptedRunner()
    made = deployment(runner, key="my-own-key-of-24-letters")
    made.run()
    assert "default:my-own-key-of-24-letters" in runner.stdin
    assert not any("my-own-key" in line for line in made.said)


@pytest.mark.parametrize("key", ["short", "with a space in between", "with,a,comma,in,between"])
def test_a_key_that_the_service_would_refuse_is_refused_here(key):
    with pytest.raises(DeployError, match="EMBEDDER_KEY must have 16 or more characters"):
        deployment(ScriptedRunner(), key=key).run()


def test_without_an_account_it_stops_at_the_login():
    runner = ScriptedRunner(wrangler_whoami=Done(1, '{"loggedIn":false}'))
    with pytest.raises(DeployError, match=r"^Step login: no Cloudflare account"):
        deployment(runner).run()
    assert runner.commands == ["wrangler whoami --json"]


@pytest.mark.parametrize(("number", "step"), [(0, "index"), (1, "metadata indexes"), (2, "keys"), (3, "deploy")])
def test_a_no_stops_there_and_the_next_run_goes_on(number, step):
    asked = []

    def ask(question):
        asked.append(question)
        return len(asked) <= number

    with pytest.raises(DeployError, match=f"^Step {step}: stopped as you wished"):
        deployment(ScriptedRunner(), ask=ask).run()


def test_an_index_of_another_size_is_not_touched():
    other = {"name": "docs", "config": {"dimensions": 1024, "metric": "cosine"}}
    runner = ScriptedRunner(wrangler_vectorize_list=Done(0, json.dumps([other])))
    with pytest.raises(DeployError, match=r"1024 dimensions and metric cosine"):
        deployment(runner).run()
    assert runner.changes == []


def test_metadata_indexes_that_come_late_are_told_of():
    runner = ScriptedRunner(wrangler_vectorize_list=Done(0, json.dumps([INDEX])))
    made = deployment(runner)
    made.run()
    assert any("written before" in line for line in made.said)


def test_a_metadata_index_of_another_type_is_not_touched():
    with pytest.raises(DeployError, match=r"year is there as string, wrangler\.toml says number"):
        plan.missing_metadata_indexes('[{"propertyName": "year", "indexType": "String"}]', {"year": "number"})


def test_an_open_service_without_an_index_needs_neither():
    runner = ScriptedRunner()
    deployment(runner, config={"name": "embedder", "vars": {"AUTH": "off"}}).run()
    assert runner.changes == ["pywrangler deploy --env="]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (
            {"wrangler_vectorize_list": Done(1, "", "no permission")},
            "Step index: wrangler ended with code 1:\nno permission",
        ),
        ({"wrangler_secret_list": Done(1, "", "no permission")}, "Step keys"),
        ({"pywrangler_deploy": Done(1)}, "Step deploy"),
    ],
)
def test_a_command_that_fails_names_its_step(answers, says):
    with pytest.raises(DeployError, match=says):
        deployment(ScriptedRunner(**answers)).run()


@pytest.mark.parametrize("text", ["lang", "lang:text", ":string", ",".join(f"k{n}:string" for n in range(11))])
def test_metadata_indexes_that_are_wrong(text):
    with pytest.raises(DeployError, match="METADATA_INDEXES"):
        plan.metadata_indexes(text)


def test_a_deployment_without_an_address_of_its_own():
    assert plan.address('{"type": "deploy", "targets": ["example.com/*"]}\n') is None
    assert plan.address("") is None
