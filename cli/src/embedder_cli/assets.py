"""The viewer of the reference: a few files of npm's swagger-ui-dist, copied into the assets that are served.

They are copied and not committed, so that package.json alone says which version it is.
"""

import shutil
from pathlib import Path

# Two that work, two that the licence asks for.
FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "LICENSE", "NOTICE")


class AssetsError(Exception):
    """The viewer can't be copied; the message is one sentence to act on."""


def pin(package: Path) -> bytes:
    """Return what the copy was made from: another version, or other files, make another pin."""
    manifest = package / "package.json"
    return (manifest.read_bytes() if manifest.exists() else b"") + Path(__file__).read_bytes()


def copy(package: Path, target: Path) -> None:
    """Copy the viewer's files, and remove what an older version left."""
    missing = [name for name in FILES if not (package / name).is_file()]
    if missing:
        raise AssetsError(
            f"npm's {package.name} is not here or lacks {', '.join(missing)}; remove node_modules and try again."
        )
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in FILES:
        shutil.copyfile(package / name, target / name)


if __name__ == "__main__":  # `npm run build`, which needs none of this package's dependencies
    copy(Path("node_modules/swagger-ui-dist"), Path("public/docs/vendor"))
