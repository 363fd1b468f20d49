"""JavaScript modules in a Python Worker."""

import requests

from tests.runtime.worker import small_worker
from tools import workerd

FILES = {
    "entry.py": small_worker.entry(
        "from workers import import_from_javascript",
        "numbers = import_from_javascript('lib/numbers.js')",
        answer="numbers.norm(3, 4)",
    ),
    "lib/numbers.js": (
        'import { square } from "./square.js";\n'
        "export function norm(a, b) { return Math.sqrt(square(a) + square(b)); }\n"
    ),
    "lib/square.js": "export const square = (x) => x * x;\n",
}


def modules(folder):
    [worker] = small_worker.config(folder, FILES).services
    return {module.name: module.kind for module in worker.modules if not module.name.startswith("python_modules/")}


def test_modules_are_named_by_path_and_the_entry_is_first(tmp_path):
    kinds = modules(tmp_path)
    assert kinds == {"entry.py": "pythonModule", "lib/numbers.js": "esModule", "lib/square.js": "esModule"}
    assert next(iter(kinds)) == "entry.py"


def test_python_can_import_a_javascript_module_at_the_top_level(tmp_path):
    with workerd.serve(small_worker.config(tmp_path, FILES), tmp_path) as process:
        answer = requests.get(process.url(small_worker.NAME), timeout=60)
    assert (answer.status_code, answer.text) == (200, "5")
