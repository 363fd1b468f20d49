"""What wrangler.toml says of the runtime: the compatibility date, and the flags of the local environment."""

import tomllib
from typing import Any

from tools.runtime.paths import ROOT


def compatibility_date() -> str:
    """Return the compatibility date of wrangler.toml."""
    return str(_wrangler()["compatibility_date"])


def local_flags() -> list[str]:
    """Return the flags of `[env.local]`."""
    return list(_wrangler()["env"]["local"]["compatibility_flags"])


def _wrangler() -> dict[str, Any]:
    return tomllib.loads((ROOT / "wrangler.toml").read_text(encoding="utf-8"))
