"""The real Workers runtime, put together from PyPI and npm alone."""

from tools.runtime.assembly import prepare
from tools.runtime.commands import environment
from tools.runtime.paths import CACHE, NODE_MODULES, ROOT, VENDORED, RuntimeSetupError
from tools.runtime.workerd import workerd_binary

__all__ = [
    "CACHE",
    "NODE_MODULES",
    "ROOT",
    "VENDORED",
    "RuntimeSetupError",
    "environment",
    "prepare",
    "workerd_binary",
]
