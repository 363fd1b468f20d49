"""The Pyodide bundle that workerd starts Python from, assembled from the npm package `pyodide`.

workerd downloads this file from a Cloudflare host at first use. Where that host is out of reach, the same
interpreter can be put together from the npm package: WebAssembly and standard library go in as they are, and the
loader gets the substitutions that a Worker's sandbox needs.
"""

import re
from pathlib import Path

import capnp

BUNDLE_NAME = "pyodide_dev.capnp.bin"
_SCHEMA = Path(__file__).with_name("pyodide_bundle.capnp")
_WRAPPERS = "newWasmModule, wasmInstantiate, monotonicDateNow, getRandomValues, patchedLoadLibData"

# What a Worker forbids -> the sandbox's replacement, exported by `pyodide-internal:builtin_wrappers`.
_SUBSTITUTIONS: tuple[tuple[str, str], ...] = (
    (r"\bnew WebAssembly\.Module\(", "newWasmModule("),
    (r"\bWebAssembly\.instantiate\(", "wasmInstantiate("),
    (r"\bDate\.now\b", "monotonicDateNow"),
    (r"\bcrypto\.getRandomValues\(", "getRandomValues(Module,"),
    (
        r"function loadLibData\(\)\{",
        "function loadLibData(){"
        "const lib=patchedLoadLibData(Module,libName,flags.rpath);return flags.loadAsync?Promise.resolve(lib):lib;",
    ),
    # where a library's memory lies: recorded in a snapshot, and the same again when one is loaded
    (
        r"\balignMemory\(getMemory\(metadata\b",
        "alignMemory(Module.getMemoryPatched(Module,libName,metadata",
    ),
    (r"export default _createPyodideModule;", "export default _createPyodideModule;export{_createPyodideModule};"),
)


class BundleError(Exception):
    """The installed pyodide package does not look as expected: a pinned version moved."""


def adapt_loader(source: str) -> str:
    """Return pyodide's loader with every forbidden call replaced; BundleError if one is not found."""
    for pattern, replacement in _SUBSTITUTIONS:
        source, count = re.subn(pattern, replacement, source)
        if not count:
            raise BundleError(f"pyodide.asm.mjs has nothing that matches {pattern!r}: its pinned version moved")
    return f"import {{ {_WRAPPERS} }} from 'pyodide-internal:builtin_wrappers';\n{source}"


def build(package: Path, target: Path) -> None:
    """Write the bundle made of the npm package `pyodide` in the folder `package` to the file `target`."""
    schema = capnp.load(str(_SCHEMA))
    message = schema.Bundle.new_message()
    loader = adapt_loader((package / "pyodide.asm.mjs").read_text(encoding="utf-8"))
    parts = (
        ("pyodide.asm", "src", loader.encode()),
        ("pyodide.asm.wasm", "wasm", (package / "pyodide.asm.wasm").read_bytes()),
        ("python_stdlib.zip", "data", (package / "python_stdlib.zip").read_bytes()),
    )
    modules = message.init("modules", len(parts))
    for module, (name, kind, content) in zip(modules, parts, strict=True):
        module.name = f"pyodideRuntime-internal:{name}"
        module.type = "internal"
        setattr(module, kind, content)
    partial = target.with_suffix(".partial")
    partial.write_bytes(message.to_bytes())
    partial.replace(target)
