"""The files in public/ that are built and not committed: the page and the API reference. `npm run build` makes them."""

from tools.runtime.commands import finished
from tools.runtime.paths import NODE_MODULES, ROOT, RuntimeSetupError

BUILT = ROOT / "public" / "index.html"
_SOURCES = ("page",)
_PACKAGES = ("esbuild", "umap-js", "ml-matrix", "@scalar/fastify-api-reference")


def pin() -> bytes:
    """Return what the page is built from. Another version of a package, or other sources, have another pin."""
    files = (path for folder in _SOURCES for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc")
    packages = [NODE_MODULES / name / "package.json" for name in _PACKAGES]
    sources = (*packages, ROOT / "public" / "openapi.json", *sorted(files))
    return b"".join(path.read_bytes() for path in sources if path.is_file())


def build() -> None:
    """Bundle the page and the API reference into public/. Raises RuntimeSetupError."""
    done = finished("npm", "run", "--silent", "build")
    if done.returncode:
        raise RuntimeSetupError(done.stderr.strip())
