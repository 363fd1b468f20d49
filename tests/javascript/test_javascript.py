"""The JavaScript modules of the Worker and of the page: tests in the Node.js test runner, and type checks."""

import re
import subprocess

from embedder.settings import MAX_JSON_DEPTH, MAX_JSON_KEYS, MAX_JSON_VALUES
from tools import runtime

FOLDER = runtime.ROOT / "tests" / "javascript"
# batcher.test.js and gathering.test.js test them together with others
OF_THE_BATCHER = {"batcher/object", "batcher/places", "batcher/shared", "batcher/wire"}
BINDINGS = runtime.ROOT / "src" / "bindings"


def run(*command: str) -> str:
    runtime.prepare(tests=True)
    done = subprocess.run(
        command, cwd=runtime.ROOT, env=runtime.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_node_tests_pass():
    files = sorted(map(str, FOLDER.rglob("*.test.js")))
    # workerd has Uint8Array.prototype.toBase64; this version of Node.js needs a flag for it
    options = ["--js-base-64", "--test", "--test-isolation=none", "--test-reporter=tap"]
    found = run("node", *options, *files)
    passed = int(found.split("# pass ")[1].split()[0])
    assert passed >= 200


def test_each_module_of_the_bindings_has_its_test_file():
    modules = {str(path.relative_to(BINDINGS).with_suffix("")) for path in BINDINGS.rglob("*.js")} - OF_THE_BATCHER
    missing = [name for name in modules if not (FOLDER / f"{name}.test.js").exists()]
    assert missing == [], "Add tests/javascript/FOLDER/MODULE.test.js."


def test_python_and_javascript_have_the_same_limits():
    found = re.findall(r"MAX_\w+ = ([\d_]+);", (BINDINGS / "isolate" / "limits.js").read_text())
    assert list(map(int, found)) == [MAX_JSON_DEPTH, MAX_JSON_VALUES, MAX_JSON_KEYS]


def test_the_types_are_correct():
    run("tsc", "-p", str(FOLDER))
