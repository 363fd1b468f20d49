"""The JavaScript modules of the Worker: node's own test runner, and the types in their comments."""

import re
import subprocess

from embedder.settings import MAX_JSON_DEPTH
from embedder_cli import runtime

FOLDER = runtime.ROOT / "tests" / "javascript"


def run(*command: str) -> str:
    runtime.prepare()
    done = subprocess.run(
        command, cwd=runtime.ROOT, env=runtime.environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tests_under_node_pass():
    files = sorted(map(str, FOLDER.glob("*.test.js")))
    # Uint8Array.prototype.toBase64 is in the V8 of workerd; this node has it behind a flag
    found = run("node", "--js-base-64", "--test", "--test-reporter=tap", *files)
    passed = int(found.split("# pass ")[1].split()[0])
    assert passed >= 31


def test_both_sides_have_the_same_limit_of_depth():
    [depth] = re.findall(r"MAX_DEPTH = (\d+);", (runtime.ROOT / "src" / "bindings" / "depth.js").read_text())
    assert int(depth) == MAX_JSON_DEPTH


def test_the_types_are_right():
    run("tsc", "-p", str(FOLDER))
