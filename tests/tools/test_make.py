"""What `make` and pytest print."""

import os
import re
import subprocess
import sys

import pytest

from tools import runtime


def run(*command, **environment):
    return subprocess.run(
        command,
        cwd=runtime.ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_make_alone_lists_every_target_with_its_text():
    makefile = (runtime.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[1].split()
    listed = run("make", "--no-print-directory").stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [["make", target] for target in targets]
    assert all(len(line.split()) > 3 for line in listed)


@pytest.mark.slow
def test_skipped_browser_tests_are_told_in_the_last_line():
    path = str(runtime.ROOT / "no-programs-here")
    done = run(sys.executable, "-m", "pytest", "tests/browser/test_look.py", PATH=path)
    assert done.returncode == 0
    assert re.match(r"\d+ browser tests were skipped: no browser: chromium ", done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("example", "make example needs a name: make example NAME=typescript, python or emulators"),
        ("doctor", "make doctor needs an address: make doctor URL=https://... KEY=..."),
    ],
)
def test_a_target_without_its_argument_shows_how_to_call_it(target, says):
    done = run("make", "--no-print-directory", "--assume-old=.venv/.ready", target)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == says
    assert done.stdout == ""
