"""The code that can be copied from the page runs unchanged."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import KEY, Page, Worker
from tools import runtime

TEXTS = ['it\'s "quoted"', "back\\slash $HOME `x`", "Grüße 🤗"]
COMMANDS = {
    "curl": ["bash", "-eu"],
    "python": [sys.executable, "-"],
    "typescript": ["node", "--input-type=module-typescript", "-"],
}


def snippet(page: Page, kind: str, language: str) -> str:
    page.all(f"#call-kinds [value={kind}]")[0].click()
    page.by(f"tab-{language}").click()
    return page.text("call-code")


def run(language: str, program: str) -> str:
    environment = {**runtime.environment(), "EMBEDDER_KEY": KEY, "NO_PROXY": "127.0.0.1"}
    command = COMMANDS[language]
    done = subprocess.run(
        command, input=program, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("encoding", ["float", "base64"])
@pytest.mark.parametrize("language", COMMANDS)
def test_the_embedding_call_runs(page: Page, language: str, encoding: str) -> None:
    page.write(TEXTS)
    page.choose("task", "clustering")
    page.choose("dimensions", "256")
    page.choose("encoding", encoding)
    program = snippet(page, "embed", language)
    output = run(language, program)
    shape = "[ 3, 256 ]\n" if encoding == "float" else "3 256\n"
    wanted = {"curl": '{"shape":[3,256],', "python": "3 256\n", "typescript": shape}
    # OpenAI's client requests base64 and decodes it, unless the program sets the encoding
    expected = {"curl": '"encoding_format": "base64"', "python": 'encoding_format="float"', "typescript": "atob"}
    assert (expected[language] in program) == ((encoding == "float") == (language == "python"))
    assert output.startswith(wanted[language])


@pytest.mark.parametrize("kind", ["embed", "search"])
@pytest.mark.parametrize("language", COMMANDS)
def test_the_calls_run_with_a_key(
    visit: Callable[[Worker], Page], locked_worker: Worker, kind: str, language: str
) -> None:
    page = visit(locked_worker)
    page.run("sessionStorage.setItem('embedder-key', arguments[0])", KEY)
    document = {"id": "snippet", "text": "a text to find"}
    stored = locked_worker.send(
        "PUT", "/vectors", json={"documents": [document], "wait": True}, headers={"authorization": f"Bearer {KEY}"}
    )
    assert stored.json()["visible"]
    page.write(TEXTS)
    page.by("query").send_keys("find 'it'")
    page.by("namespace").clear()
    program = snippet(page, kind, language)
    assert KEY not in program
    output = run(language, program)
    assert ("a text to find" if kind == "search" else "768") in output


@pytest.mark.parametrize("kind", ["embed", "search"])
def test_the_rpc_code_compiles_with_the_declarations(page: Page, tmp_path: Path, kind: str) -> None:
    page.write(TEXTS)
    page.choose("task", "clustering")
    page.choose("encoding", "base64")
    page.by("query").send_keys("find")
    page.by("namespace").send_keys("n")
    program = snippet(page, kind, "rpc")
    declarations = runtime.ROOT / "types" / "embedder"
    (tmp_path / "call.ts").write_text(
        f'import type {{ Embeddings }} from "{declarations}";\n'
        f"export async function call(env: {{ EMBEDDINGS: Embeddings }}) {{\n{program}}}\n"
    )
    types = runtime.NODE_MODULES / "@cloudflare" / "workers-types"
    compiler = [str(runtime.NODE_MODULES / ".bin" / "tsc"), "--noEmit", "--strict", "--target", "es2023"]
    command = [*compiler, "--lib", "es2023", "--module", "esnext", "--moduleResolution", "bundler"]
    command += ["--types", str(types), "call.ts"]
    done = subprocess.run(command, cwd=tmp_path, env=runtime.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_long_list_is_shortened_with_a_comment(page: Page) -> None:
    page.write([f"text {number}" for number in range(30)])
    program = snippet(page, "embed", "python")
    assert program.startswith("# and 10 more;")
    assert "text 19" in program
    assert "text 20" not in program


def test_copy_writes_to_the_clipboard(page: Page) -> None:
    rights = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": page.url}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", rights)
    page.by("copy").click()
    page.wait_for("call-note", "Copied.")
    assert os.linesep not in page.text("call-note")
