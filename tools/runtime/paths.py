"""Folders of the checkout, and the sentence for what can't be set up."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".runtime"
VENDORED = ROOT / "python_modules"
NODE_MODULES = ROOT / "node_modules"


class RuntimeSetupError(Exception):
    """The runtime can't be put together; the message is one sentence to act on."""
