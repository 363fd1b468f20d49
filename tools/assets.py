"""The viewer of the reference: a few files of npm's swagger-ui-dist, copied into the assets that are served.

They are copied and not committed, so that package.json alone says which version it is.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "node_modules" / "swagger-ui-dist"
VIEWER = ROOT / "public" / "docs" / "vendor"
# Two that work, two that the licence asks for.
FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE")


class AssetsError(Exception):
    """The viewer can't be copied; the message is one sentence to act on."""


def pin() -> bytes:
    """Return what the copy was made from: another version, or other files, make another pin."""
    manifest = PACKAGE / "package.json"
    return (manifest.read_bytes() if manifest.exists() else b"") + Path(__file__).read_bytes()


def copy(package: Path = PACKAGE, target: Path = VIEWER) -> None:
    """Copy the viewer's files, and remove what an older version left."""
    missing = [name for name in FILES if not (package / name).is_file()]
    if missing:
        raise AssetsError(f"npm's {package.name} is not here or lacks {', '.join(missing)}; run npm install.")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(package / name, target / name)


if __name__ == "__main__":
    try:
        copy()
    except AssetsError as error:
        sys.exit(f"assets: {error}")
