"""The layout of the core: tests mirror modules, and a folder stays small."""

import pytest

from tools import runtime

CORE = runtime.ROOT / "src" / "embedder"
MODULES = sorted(path.relative_to(CORE) for path in CORE.rglob("*.py") if path.stem != "__init__")
FOLDERS = sorted({path.parent for path in MODULES})
MOST_MODULES = 12


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_has_its_test_file(module):
    file = runtime.ROOT / "tests" / "core" / module.parent / f"test_{module.name}"
    assert file.exists(), f"src/embedder/{module} has no test file; add {file.relative_to(runtime.ROOT)}."
    assert "def test_" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_folder_has_at_most_12_modules(folder):
    assert sum(module.parent == folder for module in MODULES) <= MOST_MODULES
