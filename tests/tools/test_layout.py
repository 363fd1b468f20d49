"""The layout of the Worker: tests mirror the modules of the core, and a folder stays small."""

import pytest

from tools import runtime

CORE = runtime.ROOT / "src" / "embedder"
MODULES = sorted(path.relative_to(CORE) for path in CORE.rglob("*.py") if path.stem != "__init__")
SOURCE = runtime.ROOT / "src"
FOLDERS = sorted({path.parent.relative_to(SOURCE) for path in SOURCE.rglob("*.[pj][ys]")})
MOST_MODULES = 12


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_has_its_test_file(module):
    file = runtime.ROOT / "tests" / "core" / module.parent / f"test_{module.name}"
    assert file.exists(), f"src/embedder/{module} has no test file; add {file.relative_to(runtime.ROOT)}."
    assert "def test_" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_folder_has_at_most_12_modules(folder):
    modules = [path for path in (SOURCE / folder).iterdir() if path.suffix in (".py", ".js")]
    assert len([path for path in modules if path.stem != "__init__"]) <= MOST_MODULES
