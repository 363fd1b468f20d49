"""This Worker with a clock around its steps. The product's own files are used; others are put between them."""

from pathlib import PurePosixPath

from benchmarks.subjects.contenders import WORKERS, our_modules
from tools.workerd import Module

_FOLDER = WORKERS / "steps"
# The functions and classes of JavaScript that get a clock, see `AROUND` in steps.js.
CLOCKED = {
    "bindings/requests/request.js": ("open",),
    "bindings/requests/bodies.js": ("readBody",),
    "bindings/isolate/limits.js": ("excess", "textBytes"),
    "bindings/isolate/memory.js": ("MemoryPool",),
    "bindings/calls/call_ai.js": ("ask",),
    "bindings/calls/replies.js": ("bytesOf",),
    "bindings/numbers/answer.js": ("readAnswer",),
}


def modules() -> list[Module]:
    """Return the modules of the Worker with clocks."""
    own = [
        Module("steps_entry.py", "pythonModule", _FOLDER / "steps_entry.py"),
        Module("steps.js", "esModule", _FOLDER / "steps.js"),
    ]
    return own + [part for module in our_modules() for part in _clocked(module)]


def _clocked(module: Module) -> list[Module]:
    """Return a module, or the module under another name and one in its place that exports the same with clocks."""
    if module.name not in CLOCKED:
        return [module]
    name = PurePosixPath(module.name)
    source = f"plain_{name.name}"  # beside it, because it imports its neighbours
    lines = [
        f'import * as plain from "./{source}";',
        'import { around } from "../../steps.js";',
        f'export * from "./{source}";',
    ]
    lines += [f'export const {each} = around("{each}", plain.{each});' for each in CLOCKED[module.name]]
    return [
        Module(str(name.with_name(source)), "esModule", module.content),
        Module(module.name, "esModule", "\n".join(lines)),
    ]
