"""Fixtures of the importer: a source as documents."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from embedder_cli.importer.documents import Document, Rejection, Skipped
from embedder_cli.importer.files import corpus
from embedder_cli.importer.files.corpus import Corpus
from embedder_cli.importer.records.fields import Fields, MetadataField
from embedder_cli.importer.records.reading import Reading
from embedder_cli.main import app
from tests.cli.fake_service import FakeService

FILES = Path(__file__).parents[2] / "data" / "importing"
UNDECODABLE = "It has bytes that are not text in its encoding, or half of a surrogate pair; see --encoding."
FIELDS = Fields("id", "text", "title", (MetadataField("lang"), MetadataField("year", "number")))


def documents(source):
    return [found for found, _ in corpus.read(source) if isinstance(found, Document | Rejection)]


def skipped(source):
    return {found.file: found.reason for found, _ in corpus.read(source) if isinstance(found, Skipped)}


@pytest.fixture
def read(tmp_path):
    def from_file(name, content, reading=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return documents(Corpus(path, reading=reading or Reading(FIELDS)))

    return from_file


@pytest.fixture
def service(httpserver):
    return FakeService(httpserver)


@pytest.fixture
def imported(service, tmp_path):
    """Import a file of the data: return the report, with what is stored under `stored`."""

    def run(name, *options):
        source = tmp_path / name
        if not source.exists():
            (shutil.copytree if (FILES / name).is_dir() else shutil.copy)(FILES / name, source)
        report = tmp_path / "report.json"
        report.unlink(missing_ok=True)
        arguments = ["import", str(source), "--url", service.url, "--report", str(report), *options]
        done = CliRunner().invoke(app, arguments, terminal_width=200)
        assert isinstance(done.exception, SystemExit | None), done.exception
        told = json.loads(report.read_text()) if report.exists() else {}
        return told | {"code": done.exit_code, "printed": " ".join(done.output.split()), "stored": service.stored}

    return run
