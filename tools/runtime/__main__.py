"""Installs and builds the runtime; with `--tests`, also the packages from npm that only tests need."""

import sys

from tools import runtime

try:
    runtime.prepare(tests="--tests" in sys.argv)
except runtime.RuntimeSetupError as error:
    sys.exit(str(error))
