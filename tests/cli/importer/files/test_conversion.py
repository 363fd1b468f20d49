"""PDF, Word and HTML through an emulated API of Workers AI."""

import json

import pytest
from typer.testing import CliRunner
from werkzeug import Response

from embedder_cli.main import app
from tests.cli.fake_service import FakeService

PATH = "/client/v4/accounts/abc123/ai/tomarkdown"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "docs"
    made.mkdir()
    (made / "report.pdf").write_bytes(b"%PDF-1.7 \0\1\2")
    (made / "notes.txt").write_text("Notes.\n")
    return made


@pytest.fixture
def imported(httpserver, folder, monkeypatch):
    service = FakeService(httpserver)
    monkeypatch.setenv("CLOUDFLARE_API_BASE_URL", httpserver.url_for("/client/v4"))
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "secret-token")
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "abc123")

    def run(*options, source=folder):
        report = folder.parent / "report.json"
        done = CliRunner().invoke(
            app, ["import", str(source), "--url", service.url, "--convert", "--report", str(report), *options]
        )
        assert isinstance(done.exception, SystemExit | None), done.exception
        told = json.loads(report.read_text()) if report.exists() else {}
        return told | {"code": done.exit_code, "printed": done.output, "stored": service.stored}

    return run


def answer(body, status=200):
    return Response(json.dumps(body), status, content_type="application/json")


def converts(server, result, status=200):
    seen = []

    def handle(request):
        seen.append((request.headers["authorization"], request.files["files"].filename, request.files["files"].read()))
        return answer(result, status)

    server.expect_request(PATH, method="POST").respond_with_handler(handle)
    return seen


MARKDOWN = {"name": "report.pdf", "format": "markdown", "tokens": 9, "data": "# Report\n\nAll is well.\n\n## Costs\n"}
OK = {"success": True, "result": [MARKDOWN]}


def test_a_file_is_converted_and_read_as_markdown(httpserver, imported):
    seen = converts(httpserver, OK)
    told = imported()
    assert seen == [("Bearer secret-token", "report.pdf", b"%PDF-1.7 \0\1\2")]
    assert {key: (item["title"], item["text"]) for key, item in told["stored"].items()} == {
        "notes.txt#1": ("notes", "Notes."),
        "report.pdf#1": ("Report", "All is well."),
        "report.pdf#2": ("Report > Costs", "Costs"),
    }
    assert "secret-token" not in told["printed"]


def test_a_dry_run_converts_nothing_and_says_so(httpserver, imported):
    seen = converts(httpserver, OK)
    told = imported("--dry-run")
    assert (seen, told["written"], told["code"]) == ([], 1, 0)
    assert told["skipped_files"] == [{"file": "report.pdf", "reason": "not converted in a dry run (--convert)"}]


def test_a_file_that_can_not_be_converted_is_rejected_and_the_others_are_stored(httpserver, imported):
    converts(httpserver, {"success": True, "result": [{"format": "error", "error": "The PDF is encrypted."}]})
    told = imported()
    assert (told["code"], [*told["stored"]]) == (1, ["notes.txt#1"])
    [rejection] = told["rejections"]
    assert (rejection["file"], rejection["reason"]) == ("report.pdf", "It can't be converted: The PDF is encrypted.")


@pytest.mark.parametrize("body", [None, [], {}, {"result": []}, {"result": [5]}, {"result": [MARKDOWN, MARKDOWN]}])
def test_an_answer_of_something_else_stops_the_import(httpserver, imported, body):
    converts(httpserver, body)
    told = imported()
    assert told["code"] == 2
    assert "not one of Workers AI" in told["stopped"]


@pytest.mark.parametrize(("status", "code"), [(401, 2), (403, 2), (429, 2), (500, 2), (400, 1), (413, 1)])
def test_an_error_is_one_sentence(httpserver, imported, status, code):
    converts(httpserver, {"success": False, "errors": [{"code": 1, "message": "No."}]}, status)
    told = imported()
    said = told["stopped"] if code == 2 else told["rejections"][0]["reason"]
    assert (told["code"], said.partition(": No.")[0]) == (
        code,
        f"Workers AI answered the conversion with HTTP {status}",
    )


def test_without_an_account_it_is_a_usage_error(imported, monkeypatch):
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID")
    told = imported()
    assert (told["code"], told["stored"]) == (2, {})
    assert "CLOUDFLARE_ACCOUNT_ID" in told["printed"]
