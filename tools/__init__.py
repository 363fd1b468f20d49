"""Tools that work on a checkout. They are neither uploaded with the Worker nor part of the package `embedder-cli`."""

import sys
from pathlib import Path

# `python -m tools.openapi` finds the Worker and the emulators without an installation.
sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("src", "local/src", "cli/src")]
