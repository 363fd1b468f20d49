import sys
import tempfile
import tomllib
from importlib.util import find_spec
from pathlib import Path

from tools import vendor

_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def _install(folder: str) -> None:
    """Install the packages that render the page, for this run only."""
    project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))
    try:
        vendor.install_into(Path(folder) / "packages", *project["dependency-groups"]["reference"])
    except vendor.VendorError as error:
        sys.exit(str(error))
    sys.path.append(str(Path(folder) / "packages"))


def _write() -> None:
    from tools.reference import page

    page.write()


if find_spec("jinja2") and find_spec("markdown_it"):
    _write()
else:
    with tempfile.TemporaryDirectory() as folder:
        _install(folder)
        _write()
