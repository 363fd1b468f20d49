"""The guided deployment: what it looks at, what it runs, where it stops, what it says."""

import contextlib
import json
import re
from dataclasses import replace

import pytest

from embedder_cli.doctor.endpoint import Answer, EndpointError
from embedder_cli.keys import entries
from tools.deploy import check, cli, commands, failures, plan
from tools.deploy.check import Outcome
from tools.deploy.plan import DeployError, Wanted
from tools.deploy.steps import Deployment, Dialog, Done

CONFIG = {
    "name": "embedder",
    "vectorize": [{"binding": "VECTORIZE", "index_name": "docs"}],
    "vars": {"METADATA_INDEXES": "lang:string, year:number"},
}
INDEX = {"name": "docs", "config": {"dimensions": 768, "metric": "cosine"}}
LANG = {"propertyName": "lang", "indexType": "String"}
YEAR = {"propertyName": "year", "indexType": "Number"}
DEPLOYED = json.dumps(
    {"type": "deploy", "version_id": "new", "targets": ["example.com/*", "https://embedder.me.workers.dev"]}
)
ACCOUNTS = [{"id": "a1", "name": "Mine"}]
STATUS = json.dumps({"versions": [{"version_id": "small", "percentage": 10}, {"version_id": "old", "percentage": 90}]})
OURS = [
    {"name": "AI", "type": "ai"},
    {"name": "CF_VERSION_METADATA", "type": "version_metadata"},
    {"name": "API_KEYS", "type": "secret_text"},
]
NO_WORKER = Done(1, "", "This Worker does not exist on your account. [code: 10007]")


def whoami(accounts=ACCOUNTS):
    return Done(0, json.dumps({"loggedIn": True, "accounts": accounts}))


def view(bindings=OURS):
    return Done(0, json.dumps({"resources": {"bindings": bindings}}))


def default_key(key):
    """Return the secret of a first deployment."""
    return entries.as_text([entries.entry("default", key)])


class ScriptedRunner:
    """Answers commands by their first words, and remembers them all; an account where nothing exists by default."""

    def __init__(self, **answers):
        self.commands, self.accounts, self.typed, self.secrets = [], [], [], {}
        self.account = None
        self._answers = {
            "wrangler whoami": whoami(),
            "wrangler deployments status": NO_WORKER,
            "wrangler vectorize list": Done(0, "[]"),
            "wrangler vectorize list-metadata-index": Done(0, "[]"),
            **{name.replace("_", " ").replace("  ", "-"): answer for name, answer in answers.items()},
        }

    def run(self, command, *, show=False, secrets=None, typed=""):  # noqa: ARG002
        self.commands.append(" ".join(command))
        self.accounts.append(self.account)
        self.secrets |= secrets or {}
        self.typed.append(typed)
        names = [name for name in self._answers if f"{self.commands[-1]} ".startswith(f"{name} ")]
        return self._answers[max(names, key=len)] if names else Done(0)

    def deployed(self):
        return f"{json.dumps({'type': 'wrangler-session'})}\n{DEPLOYED}\n"

    @property
    def changes(self):
        looks = r" (whoami|list|list-metadata-index|status|view)\b"
        return [command for command in self.commands if not re.search(looks, command)]


def everything(**answers):
    return ScriptedRunner(
        wrangler_vectorize_list=Done(0, json.dumps([INDEX])),
        wrangler_vectorize_list__metadata__index=Done(0, json.dumps([LANG, YEAR])),
        wrangler_deployments_status=Done(0, STATUS),
        **{"wrangler_versions_view": view(), **answers},
    )


def deployment(runner, *, config=CONFIG, ask=lambda *_: True, key=None, **options):
    said = []
    made = Deployment(Wanted.from_config(config), runner, Dialog(ask, said.append, **options), key)
    made.said = said
    return made


@pytest.fixture(autouse=True)
def _no_account(monkeypatch):
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID", raising=False)


def test_on_an_empty_account_everything_is_made_in_order():
    runner = ScriptedRunner()
    made = deployment(runner)
    made.run()
    assert runner.changes == [
        "wrangler vectorize create docs --dimensions=768 --metric=cosine",
        "wrangler vectorize create-metadata-index docs --propertyName=lang --type=string",
        "wrangler vectorize create-metadata-index docs --propertyName=year --type=number",
        "pywrangler deploy --env=",
    ]
    assert (made.version, made.address) == ("new", "https://embedder.me.workers.dev")


def test_on_a_complete_account_it_only_deploys():
    runner = everything()
    made = deployment(runner)
    made.run()
    assert runner.changes == ["pywrangler deploy --env="]
    assert runner.secrets == {}
    assert made.before.version == "old"


def test_a_new_key_is_long_and_goes_up_with_the_code():
    runner = ScriptedRunner()
    made = deployment(runner)
    made.run()
    assert runner.secrets == {"API_KEYS": default_key(made.new_key)}
    assert len(made.key) > 40
    assert not any(made.key in line for line in [*runner.commands, *made.said])


def test_a_key_that_was_given_is_used():
    runner = ScriptedRunner()
    made = deployment(runner, key="my-own-key-of-24-letters", unattended=True)
    made.run()
    assert runner.secrets == {"API_KEYS": default_key("my-own-key-of-24-letters")}
    assert made.new_key is None


def test_without_a_user_no_key_is_made_and_nothing_is_changed():
    runner = ScriptedRunner()
    with pytest.raises(DeployError, match=r"^Step keys: .* Set EMBEDDER_KEY"):
        deployment(runner, unattended=True).run()
    assert runner.changes == []


@pytest.mark.parametrize("key", ["short", "with a space in between", "with,a,comma,in,between"])
def test_a_key_that_the_service_would_reject_is_rejected_here(key):
    with pytest.raises(DeployError, match="EMBEDDER_KEY must have 16 or more characters"):
        deployment(ScriptedRunner(), key=key).run()


def test_a_secret_that_was_set_by_hand_before_the_first_deployment_is_kept():
    runner = ScriptedRunner(
        wrangler_deployments_status=Done(1, "", "The Worker embedder has no deployments."),
        wrangler_secret_list=Done(0, '[{"name": "API_KEYS", "type": "secret_text"}]'),
    )
    deployment(runner).run()
    assert runner.secrets == {}


def test_without_a_login_it_stops_there():
    runner = ScriptedRunner(wrangler_whoami=Done(1, '{"loggedIn":false}'))
    with pytest.raises(DeployError, match=r"^Step login: wrangler is not logged in"):
        deployment(runner).run()
    assert runner.commands == ["wrangler whoami --json"]


TWO = [*ACCOUNTS, {"id": "a2", "name": "Other"}]


def test_of_several_accounts_one_must_be_chosen(monkeypatch):
    with pytest.raises(DeployError, match=r"2 accounts: a1 \(Mine\), a2 \(Other\)\. Set CLOUDFLARE_ACCOUNT_ID"):
        deployment(ScriptedRunner(wrangler_whoami=whoami(TWO))).run()
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "a2")
    runner = ScriptedRunner(wrangler_whoami=whoami(TWO))
    deployment(runner).run()
    assert set(runner.accounts[1:]) == {"a2"}


def test_the_account_of_the_configuration_is_the_one():
    runner = ScriptedRunner(wrangler_whoami=whoami(TWO))
    deployment(runner, config={**CONFIG, "account_id": "a1"}).run()
    assert set(runner.accounts[1:]) == {"a1"}


def test_a_token_that_may_not_list_accounts_is_enough_for_a_chosen_one(monkeypatch):
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "a2")
    runner = ScriptedRunner(wrangler_whoami=Done(1, "", "Authentication error [code: 10000]"))
    deployment(runner).run()
    assert set(runner.accounts[1:]) == {"a2"}


@pytest.mark.parametrize(("number", "step"), [(0, "keys"), (1, "index"), (2, "metadata indexes"), (3, "deploy")])
def test_a_no_stops_there_and_the_next_run_continues(number, step):
    asked = []

    def ask(question, _):
        asked.append(question)
        return len(asked) <= number

    with pytest.raises(DeployError, match=f"^Step {step}: stopped as you wished"):
        deployment(ScriptedRunner(), ask=ask).run()


FOREIGN = view([{"name": "AI", "type": "ai"}, {"name": "DB", "type": "d1"}])


def test_a_worker_that_is_not_this_service_is_overwritten_only_after_a_question():
    asked = []
    runner = everything(wrangler_versions_view=FOREIGN)
    with pytest.raises(DeployError, match=r"^Step worker: stopped"):
        deployment(runner, ask=lambda *question: asked.append(question)).run()
    assert asked == [
        ("A Worker embedder exists that is not this service (its bindings: AI, DB). Overwrite it?", False),
    ]
    assert runner.changes == []


def test_without_a_user_a_worker_that_is_not_this_service_stays():
    runner = everything(wrangler_versions_view=FOREIGN)
    with pytest.raises(DeployError, match=r"^Step worker: .* \(its bindings: AI, DB\).* --overwrite"):
        deployment(runner, key="k" * 20, unattended=True).run()
    assert runner.changes == []
    deployment(runner, key="k" * 20, unattended=True, overwrite=True).run()
    assert runner.changes == ["pywrangler deploy --env="]


@pytest.mark.parametrize("gone", range(len(OURS)))
def test_a_worker_is_this_service_only_with_all_of_its_marks(gone):
    bindings = [item for place, item in enumerate(OURS) if place != gone]
    assert plan.existing("v", view(OURS).output).ours
    assert not plan.existing("v", view(bindings).output).ours


def test_an_index_of_another_size_is_not_touched():
    other = {"name": "docs", "config": {"dimensions": 1024, "metric": "cosine"}}
    runner = ScriptedRunner(wrangler_vectorize_list=Done(0, json.dumps([other])))
    with pytest.raises(DeployError, match=r"1024 dimensions and metric cosine"):
        deployment(runner).run()
    assert runner.changes == []


def test_the_user_learns_of_metadata_indexes_that_come_late():
    runner = ScriptedRunner(wrangler_vectorize_list=Done(0, json.dumps([INDEX])))
    made = deployment(runner)
    made.run()
    assert any("written before" in line for line in made.said)


def test_a_metadata_index_of_another_type_is_not_touched():
    with pytest.raises(DeployError, match=r"year exists as string, but METADATA_INDEXES has number"):
        plan.missing_metadata_indexes('[{"propertyName": "year", "indexType": "String"}]', {"year": "number"})


def test_an_open_service_without_an_index_needs_neither():
    runner = ScriptedRunner()
    deployment(runner, config={"name": "embedder", "vars": {"AUTH": "off"}}).run()
    assert runner.changes == ["pywrangler deploy --env="]
    assert runner.secrets == {}


def test_a_second_service_with_the_counters_of_the_first_is_warned_of():
    limits = {"ratelimits": [{"name": "RATE_LIMITER", "namespace_id": "768300"}]}
    made = deployment(ScriptedRunner(), config={**CONFIG, **limits, "name": "staging"})
    made.run()
    assert any("share their counters" in line for line in made.said)
    first = deployment(ScriptedRunner(), config={**CONFIG, **limits})
    first.run()
    assert not any("share their counters" in line for line in first.said)


@pytest.mark.parametrize(
    ("answers", "step"),
    [
        ({"wrangler_deployments_status": Done(1, "", "no permission")}, "worker"),
        ({"wrangler_vectorize_list": Done(1, "", "no permission")}, "index"),
        ({"pywrangler_deploy": Done(1, "no permission")}, "deploy"),
    ],
)
def test_a_command_that_fails_names_its_step(answers, step):
    with pytest.raises(DeployError, match=f"^Step {step}: wrangler failed: no permission"):
        deployment(ScriptedRunner(**answers), key="k" * 20).run()


def test_a_failed_upload_tells_whether_the_key_was_set():
    made = deployment(ScriptedRunner(pywrangler_deploy=Done(1, "broken")))
    with contextlib.suppress(DeployError):
        made.run()
    assert not made.key_was_set()
    made.runner._answers |= everything()._answers
    assert made.key_was_set()


RAW = """
▲ [WARNING] You need to do something
\x1b[31m✘ \x1b[41;97mERROR\x1b[0m \x1b[1m[ERROR] A request to the Cshowflare API (/accounts/1/x) failed.\x1b[0m

  {reason} [code: {code}]

  If you think this is a bug, please open an issue at: https://github.com

🪵  Logs were written to "wrangler.log"
"""


@pytest.mark.parametrize(
    ("reason", "code", "says"),
    [
        ("Invalid access token", 9109, r"rejects the login \(Invalid access token\)\. Make a new token"),
        (
            "Authentication error",
            10000,
            r"lacks a permission \(Authentication error\)\. Give the token Workers Scripts",
        ),
        ("Script startup exceeded CPU time limit.", 10021, r"can't start the Worker \(Script startup exceeded CPU"),
        ("workers.api.error.script_too_large", 10027, "too large for the plan"),
        ("Something else", 12345, r"wrangler failed: Something else \(code 12345\)"),
    ],
)
def test_an_error_of_the_api_becomes_one_sentence(reason, code, says):
    error = failures.explain("deploy", Done(1, "", RAW.format(reason=reason, code=code)))
    assert re.search(f"^Step deploy: .*{says}", str(error))
    assert "\n" not in str(error)


def test_a_failure_without_a_code_keeps_what_wrangler_says():
    assert failures.Done(1, "", "✘ [ERROR] It broke.\n\n🪵  Logs were written to x").reason == "It broke"
    assert failures.Done(1).reason == "it printed no reason"


@pytest.mark.parametrize("text", ["lang", "lang:text", ":string", ",".join(f"k{n}:string" for n in range(11))])
def test_metadata_indexes_that_are_wrong(text):
    with pytest.raises(DeployError, match="METADATA_INDEXES"):
        plan.metadata_indexes(text)


def test_a_deployment_without_an_address_of_its_own():
    assert plan.deployed('{"type": "deploy", "version_id": "v", "targets": ["example.com/*"]}\n') == ("v", None)
    assert plan.deployed("") == (None, None)


OWN = check.Target("https://example.com", "new", own=True)


class Health:
    """An endpoint whose /health answers in turn; the last answer stays."""

    def __init__(self, *answers):
        self.answers, self.url, self.calls = list(answers), "https://example.com", 0

    def send(self, *_):
        self.calls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise EndpointError("GET /health got no answer: refused.")
        status, version = answer
        return Answer(status, {"x-embedder-version": version} if version else {}, {}, 1.0)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(check, "_LOOK_EVERY_S", 0)
    monkeypatch.setattr(check, "_REPORT_EVERY_S", 0)
    monkeypatch.setattr(check, "_APPEARS_WITHIN_S", 0.05)


@pytest.mark.usefixtures("quick")
def test_the_check_waits_until_the_new_version_answers_several_times_in_a_row():
    old, new = (200, "old"), (200, "new")
    endpoint = Health(None, old, new, old, new, new, new, old)
    said = []
    assert check.wait_for(endpoint, OWN, said.append) is Outcome.GOOD
    assert endpoint.calls == 7
    assert said[2].endswith("/health answers HTTP 200, from version old.")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("answer", "at_own", "elsewhere"),
    [
        (None, Outcome.UNKNOWN, Outcome.UNKNOWN),
        ((500, "new"), Outcome.FAILED, Outcome.FAILED),
        ((200, "old"), Outcome.FAILED, Outcome.ELSEWHERE),
        ((200, ""), Outcome.FAILED, Outcome.ELSEWHERE),
        ((502, ""), Outcome.FAILED, Outcome.ELSEWHERE),
        ((404, "new"), Outcome.FAILED, Outcome.ELSEWHERE),
    ],
)
def test_a_version_that_never_answers_well(answer, at_own, elsewhere):
    assert check.wait_for(Health(answer), OWN, lambda _: None) is at_own
    assert check.wait_for(Health(answer), replace(OWN, own=False), lambda _: None) is elsewhere


@pytest.mark.usefixtures("quick")
def test_a_wrong_address_does_not_go_back(monkeypatch):
    monkeypatch.setattr(check, "Endpoint", lambda *_: contextlib.nullcontext(Health((200, "another"))))
    runner = ScriptedRunner()
    made = deployment(runner, unattended=True, key="k" * 16)
    made.before, made.version, made.address = plan.Existing("old"), "new", "https://embedder.me.workers.dev"
    with pytest.raises(DeployError, match=r"^Step check: https://typo\.example does not answer with the new version"):
        cli._examine(made, "https://typo.example")
    assert runner.changes == []
    with pytest.raises(DeployError, match="version old is deployed again"):
        cli._examine(made, None)
    assert runner.changes == ["wrangler rollback old --env= --yes --message=make deploy ARGS=--rollback"]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("answering", "code"), [("old", 0), ("new", 1)])
def test_a_rollback_says_whether_the_earlier_version_answers(monkeypatch, capsys, answering, code):
    monkeypatch.setattr(check, "Endpoint", lambda *_: contextlib.nullcontext(Health((200, answering))))
    made = deployment(everything(wrangler_rollback=Done(0, "Current Version ID: old\n")))
    assert cli._roll_back(made, "https://embedder.example") == code
    verb = "does not answer" if code else "answers"
    assert f"rollback: https://embedder.example {verb} with version old.\n" in capsys.readouterr().out


def test_a_rollback_without_an_address_says_that_it_was_not_checked(capsys):
    assert cli._roll_back(deployment(everything()), None) == 0
    assert "rollback: it was not checked; with --url" in capsys.readouterr().out


def test_a_command_that_hangs_is_ended_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(commands, "_LIMIT_S", 0.2)
    for show in (False, True):
        done = commands.Commands(tmp_path).run(["sleep", "60"], show=show)
        assert done.code < 0
        assert done.reason == "it did not end within 0.2 s"


def test_the_secrets_file_is_deleted_with_the_command(tmp_path):
    done = commands.Commands(tmp_path).run(["cat"], show=True, secrets={"API_KEYS": "a:b"})
    assert done.code  # cat knows no --secrets-file
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_a_failed_check_goes_back_also_to_a_worker_that_was_overwritten(monkeypatch):
    monkeypatch.setattr(check, "Endpoint", lambda *_: contextlib.nullcontext(Health((200, "old"))))
    runner = ScriptedRunner()
    made = deployment(runner, unattended=True)
    made.before = plan.Existing("old", ours=False)
    with pytest.raises(DeployError, match="version old is deployed again"):
        cli._go_back(made, OWN)
    assert runner.changes == ["wrangler rollback old --env= --yes --message=make deploy ARGS=--rollback"]


QUEUES = {
    "producers": [{"binding": "INGEST", "queue": "in"}, {"binding": "INGEST_FAILED", "queue": "bad"}],
    "consumers": [{"queue": "in", "dead_letter_queue": "bad"}],
}
NO_QUEUE = Done(1, "", 'Queue "bad" does not exist. To create it, run: wrangler queues create bad')


def test_queues_that_are_missing_are_created_before_the_deployment():
    runner = everything(wrangler_queues_info_bad=NO_QUEUE)
    made = deployment(runner, config={**CONFIG, "queues": QUEUES})
    made.run()
    assert [command for command in runner.commands if "queues" in command] == [
        "wrangler queues info in",
        "wrangler queues info bad",
        "wrangler queues create bad",
    ]
    assert runner.commands[-1] == "pywrangler deploy --env="
    assert {"queues: in exists.", "queues: bad was created."} <= set(made.said)


def test_without_queues_in_the_configuration_none_are_looked_for():
    runner = everything()
    deployment(runner).run()
    assert not any("queues" in command for command in runner.commands)


def test_a_token_without_the_permission_for_queues_is_named():
    runner = everything(wrangler_queues_info=Done(1, "", "Authentication error [code: 10000]"))
    with pytest.raises(DeployError, match=r"Step queues: .*Queues: Edit"):
        deployment(runner, config={**CONFIG, "queues": QUEUES}).run()
    assert "pywrangler deploy --env=" not in runner.commands


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DEADLINE_S": "soon"}, "DEADLINE_S must be an integer"),
        ({"AUTH": "yes"}, 'AUTH must be "on" or "off"'),
        ({"AUTH": False}, 'AUTH must be "on" or "off"'),
        ({"CORS_ORIGINS": "app.example"}, "'app.example' has no scheme"),
        ({"MODEL_ALIASES": "a:query,a:document"}, "names a twice"),
        ({"API_KEYS": "web:0123456789abcdef"}, "API_KEYS is in wrangler.toml"),
        ({"LOCAL_MODEL": "emulator"}, "LOCAL_MODEL is in"),
    ],
)
def test_a_wrong_variable_is_named_before_anything_is_deployed(variables, sentence):
    with pytest.raises(DeployError, match=re.escape(sentence)) as caught:
        plan.check_variables(variables)
    assert "0123456789abcdef" not in str(caught.value)
    assert plan.check_variables({"AUTH": "off", "METADATA_INDEXES": ""}) is None


@pytest.mark.parametrize(
    ("value", "sentence"), [("a:string,a:number", "a with two types"), (["a:string"], "must be text")]
)
def test_metadata_indexes_that_contradict_each_other_are_named(value, sentence):
    with pytest.raises(DeployError, match=sentence):
        plan.metadata_indexes(value)
