"""Prepares the runtime: `make wrangler` and the benchmarks of others begin with it."""

import sys

from tools import runtime

try:
    runtime.prepare()
except runtime.RuntimeSetupError as error:
    sys.exit(str(error))
