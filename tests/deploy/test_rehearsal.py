"""A deployment from beginning to end, with the real wrangler: first, again, checked, rolled back."""

import pytest

MODEL = "@cf/google/embeddinggemma-300m"
INDEXES = 'METADATA_INDEXES = "lang:string, year:number"'


@pytest.fixture(scope="module")
def account(checkout, tmp_path_factory, prepared):
    pass


def test_a_deployment_from_nothing_to_a_checked_service_and_again(rehearsal, run_upload):
    rehearsal.configure('^METADATA_INDEXES = ""', INDEXES)
    uploads = []

    def put_into_service(name):
        if name == "upload":
            version = rehearsal.script.current
            uploads.append((version, rehearsal.script.versions[version]))
            rehearsal.api.service = run_upload(rehearsal.script.versions[version], version).url("embedder")

    rehearsal.api.watch = put_into_service
    first = rehearsal.deploy("--yes")
    assert first.returncode == 0, first.stdout + first.stderr
    print(first.stdout, first.stderr)
