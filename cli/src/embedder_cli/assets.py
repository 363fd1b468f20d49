"""The files in public/ that are built and not committed: the page.

esbuild bundles it from page/, with the hash of the content in the names of its files.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

# Parts of the page, by the names that index.html has for them.
PARTS = ("style.css", "js/app.js", "example.json")
_NAMES = ("--entry-names=[name]-[hash]", "--asset-names=[name]-[hash]")
_ESBUILD = ("--bundle", "--minify", "--format=esm", "--target=es2023", "--loader:.json=copy", *_NAMES)


class AssetsError(Exception):
    """The files can't be built; the message is one sentence to act on."""


def pin(root: Path) -> bytes:
    """Return what the page is built from. Another version of esbuild, or other sources, have another pin."""
    sources = sorted(path for folder in ("page", "public/js") for path in (root / folder).rglob("*") if path.is_file())
    esbuild = root / "node_modules" / "esbuild" / "package.json"
    found = [path for path in (esbuild, Path(__file__), *sources) if path.exists()]
    return b"".join(path.read_bytes() for path in found)


def build(root: Path, environment: Mapping[str, str] | None = None) -> None:
    """Write public/index.html and the files that it names in public/assets."""
    shutil.rmtree(root / "public" / "assets", ignore_errors=True)
    built = _bundle(root, environment)
    html = (root / "page" / "index.html").read_text(encoding="utf-8")
    for name in PARTS:
        html = html.replace(f'"{name}"', f'"/assets/{built[name]}"')
    (root / "public" / "index.html").write_text(html, encoding="utf-8")


def _bundle(root: Path, environment: Mapping[str, str] | None) -> dict[str, str]:
    """Run esbuild, and return the name of the file that it wrote for each part."""
    program = root / "node_modules" / ".bin" / "esbuild"
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        files = [f"page/{name}" for name in PARTS]
        command = [str(program), *files, *_ESBUILD, "--outdir=public/assets", f"--metafile={report}"]
        try:
            subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise AssetsError("npm's esbuild is not here; remove node_modules and try again.") from error
        except subprocess.CalledProcessError as error:
            raise AssetsError(f"esbuild can't bundle the page: {error.stderr.strip()}") from error
        outputs = json.loads(report.read_text(encoding="utf-8"))["outputs"]
    return {made["entryPoint"].removeprefix("page/"): Path(path).name for path, made in outputs.items()}


if __name__ == "__main__":  # `npm run build`, which needs none of this package's dependencies
    build(Path.cwd())
