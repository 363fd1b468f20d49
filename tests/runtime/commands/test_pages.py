"""The code on the pages runs as it stands there, under the real runtime, and gives what the pages show."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest

from embedder import rpc
from tests.clients import environment
from tests.dev import Server
from tests.pages import ADDRESS, PAGES, ROOT, blocks, output_pattern
from tests.worker import free_port
from tools import runtime, workerd
from tools.dev import state
from tools.dev.process import stop

README = ROOT / "README.md"
BINDING = ROOT / "docs" / "service-binding.md"
COMMANDS = [
    block for page in PAGES for block in blocks(page, "sh") if block.output and re.search("curl|npx", block.code)
]
OF_CLIENTS = ("docs/clients.md", "docs/recipes.md")  # their programs run with the client packages
PROGRAMS = [block for page in PAGES for block in blocks(page, "python")]
SCRIPTS = [block for page in PAGES for block in blocks(page, "js")]
WORKERS = [block for page in PAGES for block in blocks(page, "ts") if "export default" in block.code]
FRAGMENTS = [block for block in blocks(BINDING, "ts") if "export default" not in block.code]
DECLARATIONS = re.compile(r'"\./(?:\w+/)?embedder"')


@pytest.fixture(scope="module")
def started(start_worker):
    """A Worker with an empty index."""
    return start_worker()


def run_shell(code, url, home):
    """Run a command. `npx` finds installed packages only, and may write to the home folder."""
    shell = code.replace(ADDRESS, url).replace("curl", "curl -sS")
    variables = {**runtime.environment(), "HOME": str(home), "npm_config_offline": "true"}
    options = {"cwd": ROOT, "env": variables, "capture_output": True, "text": True, "timeout": 60}
    done = subprocess.run(["bash", "-euc", shell], check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def assert_shown(found, block):
    json.loads(found)
    assert output_pattern(block.output).fullmatch(found), f"{block} shows something else than {found[:500]}"


@pytest.mark.parametrize("block", COMMANDS, ids=str)
def test_a_command_gives_the_json_below_it(started, block, tmp_path):
    assert_shown(run_shell(block.code, started.url, tmp_path), block)


def test_there_is_a_command_for_every_api():
    text = "".join(block.code for block in COMMANDS)
    for path in ("/embed ", "/v1/embeddings", "/ai/run/@cf/google/embeddinggemma-300m", "/vectors", "/search"):
        assert path in text


def run_python(program, *, with_clients):
    if with_clients:
        return environment.run("-", program=program)
    return subprocess.run([sys.executable, "-"], input=program, capture_output=True, text=True, timeout=60, check=False)


def test_the_page_of_the_clients_has_a_program_for_every_package_of_the_tests():
    programs = "".join(block.code for block in PROGRAMS if block.page == "docs/clients.md")
    known = {*sys.stdlib_module_names, "httpx", "numpy", "pytest", "requests"}
    for path in environment.FOLDER.glob("*_client.py"):
        imported = re.findall(r"^(?:import|from) (\w+)", path.read_text(), re.MULTILINE)
        package = next(name for name in imported if name not in known)
        assert re.search(rf"^(?:import|from) {package}\b", programs, re.MULTILINE), package


def in_turn(programs):
    """Return the programs as parameters. Those of the clients' page after the first one start a large package each."""
    large = [block for block in programs if block.page in OF_CLIENTS][1:]
    return [pytest.param(block, marks=[pytest.mark.extended] if block in large else []) for block in programs]


@pytest.mark.parametrize("block", in_turn(PROGRAMS), ids=str)
def test_a_python_program_prints_what_its_comments_say(started, block):
    program = block.code.replace(ADDRESS, started.url)
    done = run_python(program, with_clients=block.page in OF_CLIENTS)
    assert done.returncode == 0, done.stderr
    said = re.findall(r"^\s*print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert said
    assert done.stdout.splitlines() == said


@pytest.mark.parametrize("block", SCRIPTS, ids=str)
def test_a_javascript_program_prints_what_its_comments_say(started, block):
    program = block.code.replace(ADDRESS, started.url)
    command = ["node", "--input-type=module", "-"]
    options = {"cwd": ROOT, "env": runtime.environment(), "capture_output": True, "text": True, "timeout": 60}
    done = subprocess.run(command, input=program, check=False, **options)
    assert done.returncode == 0, done.stderr
    said = re.findall(r"^console\.log\(.*\); // (.*)$", program, re.MULTILINE)
    assert said
    assert done.stdout.splitlines() == said


def typescript_worker(folder, code):
    """Write a TypeScript Worker with the declarations of this repository, and check its types."""
    shutil.copytree(ROOT / "examples" / "typescript", folder, ignore=shutil.ignore_patterns("README.md"))
    (folder / "src" / "index.ts").write_text(DECLARATIONS.sub('"./embedder"', code))
    check_types(folder)
    return folder


def check_types(folder):
    runtime.prepare(tests=True)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    done = subprocess.run(["tsc"], cwd=folder, env=runtime.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def bundled(folder):
    """Return a TypeScript Worker as wrangler would upload it, bound to the Worker."""
    command = ["esbuild", "src/index.ts", "--bundle", "--format=esm", "--log-level=warning"]
    done = subprocess.run(command, cwd=folder, env=runtime.environment(), capture_output=True, text=True, check=True)
    return workerd.Worker("asking", workerd.js_worker(done.stdout), {"EMBEDDINGS": workerd.service("embedder")})


@pytest.mark.parametrize("block", WORKERS, ids=str)
def test_a_typescript_worker_runs(start_worker, tmp_path, block):
    asking = start_worker(callers=[bundled(typescript_worker(tmp_path / "worker", block.code))])
    assert asking.send("GET", "/?q=anything").status_code == 200


def test_every_fragment_for_a_service_binding_returns_what_is_shown(start_worker, tmp_path):
    names = [re.match(r"const (\w+) = await env\.EMBEDDINGS", block.code)[1] for block in FRAGMENTS]
    code = "\n".join(block.code for block in FRAGMENTS)
    worker = f"""import type {{ Embeddings }} from "./embedder";
export default {{
  async fetch(request: Request, env: {{ EMBEDDINGS: Embeddings }}): Promise<Response> {{
    {code}
    return Response.json([{", ".join(names)}]);
  }},
}};
"""
    asking = start_worker(callers=[bundled(typescript_worker(tmp_path / "worker", worker))])
    answers = asking.send("GET", "/").json()
    for answer, block in zip(answers, FRAGMENTS, strict=True):
        if block.output:
            assert_shown(json.dumps(answer, separators=(",", ":")), block)
    assert [answer["ok"] for answer in answers] == [True] * (len(answers) - 2) + [False] * 2
    assert set(rpc.OPERATIONS) == set(re.findall(r"EMBEDDINGS\.(\w+)", code))


def copied(name, folder):
    """Copy an example out of the repository, as its README says."""
    shutil.copytree(ROOT / "examples" / name, folder)
    return folder


def assert_example_answers(name, asking, home):
    commands = [block for block in blocks(ROOT / "examples" / name / "README.md", "sh") if block.output]
    assert len(commands) == 2
    for block in commands:
        assert_shown(run_shell(block.code, asking.url, home), block)


@pytest.mark.extended
def test_the_copied_python_example_answers(start_dev, tmp_path):
    assert_example_answers("python", start_dev(example=copied("python", tmp_path / "copy")), tmp_path)


@contextmanager
def served(folder):
    """Run `npm run dev` in the folder of another Worker, until it is connected with the one of `make dev`."""
    port = free_port()
    process = subprocess.Popen(
        ["npm", "run", "dev", "--", "--port", str(port), "--ip", "127.0.0.1", "--inspector-port", "0"],
        cwd=folder,
        env=runtime.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        server = Server(process, port)
        server.wait_until_ready()
        server.line_with("[connected]")
        yield server
    finally:
        stop(process)


@pytest.mark.extended
def test_the_copied_typescript_example_answers_beside_make_dev(start_dev, tmp_path, monkeypatch):
    """Two terminals: `make dev`, and `npm run dev` in the copied folder, which finds the Worker by its name."""
    beside = started_alone(start_dev, tmp_path, monkeypatch)
    folder = copied("typescript", tmp_path / "copy")
    check_types(folder)
    with served(folder) as asking:
        assert_example_answers("typescript", asking, tmp_path)
    assert beside.send("GET", "/vectors?ids=line-1").json()["missing"] == []


@pytest.mark.extended
def test_a_worker_that_knows_nothing_of_this_project_has_the_emulators(start_dev, tmp_path, monkeypatch):
    """Its code calls the bindings of Workers AI and Vectorize; its `[env.local]` binds the emulators."""
    beside = started_alone(start_dev, tmp_path, monkeypatch)
    folder = copied("emulators", tmp_path / "copy")
    source = (folder / "src" / "index.ts").read_text()
    assert "env.AI.run(" in source
    assert not re.search("import|embedder", source.replace("embeddinggemma", ""))
    check_types(folder)
    with served(folder) as asking:
        assert_example_answers("emulators", asking, tmp_path)
    assert beside.send("GET", "/vectors?ids=note-0").json()["missing"] == []


def started_alone(start_dev, tmp_path, monkeypatch):
    """Start `make dev` as that of another checkout, and tell its folder to what is started later."""
    monkeypatch.setattr(state, "CACHE", tmp_path / "checkout")
    server = start_dev()
    monkeypatch.setenv("WRANGLER_REGISTRY_PATH", str(tmp_path / "checkout" / "registry"))
    return server


def test_the_versions_of_a_copied_example_are_those_of_the_repository():
    package = json.loads((ROOT / "package.json").read_text())
    root = package["dependencies"] | package["devDependencies"]
    own = json.loads((ROOT / "examples" / "typescript" / "package.json").read_text())["devDependencies"]
    assert {name: root[name] for name in own} == own
    pins = re.findall(r'"([\w-]+==[\w.]+)"', (ROOT / "examples" / "python" / "pyproject.toml").read_text())
    repository = (ROOT / "pyproject.toml").read_text()
    assert pins
    assert [pin for pin in pins if f'"{pin}"' not in repository] == []


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 140
    [worker] = blocks(README, "ts")
    assert len(worker.code.splitlines()) <= 12
