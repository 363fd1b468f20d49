"""Documents that can't drift: variables, links and files that are named, actions pinned by commit."""

import re
import tomllib

import msgspec
import pytest

from embedder import batching, context, rpc
from embedder.access import keys
from embedder.settings import Settings, SettingsError
from tests import tables
from tools import runtime

DOCS = runtime.ROOT / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
SETTINGS = (runtime.ROOT / "src" / "embedder" / "settings.py").read_text(encoding="utf-8")


def rows(heading):
    """Return the rows of the first table under a heading, by their first cell."""
    section = CONFIGURATION.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:2] == "| "]
    return {row[0].strip("`"): row[1:] for row in cells[1:]}


def variables():
    return set(re.findall(r'\(env, "([A-Z_]+)"', SETTINGS)) | set(re.findall(r'env\.get\("([A-Z_]+)"', SETTINGS))


def test_every_variable_of_the_settings_is_read_from_the_environment():
    source = (runtime.ROOT / "src" / "bindings" / "environment.py").read_text(encoding="utf-8")
    [names] = re.findall(r"VARIABLES = \((.*?)\)", source, re.DOTALL)
    place = "VARIABLES in src/bindings/environment.py"
    tables.complete(re.findall(r'"(\w+)"', names), rows("Variables of the Worker"), place)


def read_by_name():
    return {field.name: field for field in msgspec.structs.fields(Settings)}


def test_every_variable_of_the_worker_is_told_and_no_other():
    names = variables() | ({"AUTH", "API_KEYS", "CORS_ORIGINS"} & set(re.findall(r'"([A-Z_]+)"', SETTINGS)))
    tables.complete(rows("Variables of the Worker"), names, "the variables in docs/configuration.md")
    assert len(names) >= len(read_by_name().keys() - {"ignored", "batcher"})


def test_every_variable_of_shared_calls_is_told_with_its_default_and_its_limits():
    told = rows("Variables of shared calls")
    tables.complete(told, batching.VARIABLES, "the variables of shared calls in docs/configuration.md")
    for name, (default, limits, _) in told.items():
        low, _, high = limits.partition(" to ")
        for value in (low, high) if high else re.findall(r"`(\w+)`", limits):
            Settings.from_env({name: value})
        for value in (int(low) - 1, int(high) + 1) if high else ("moon",):
            with pytest.raises(SettingsError, match=name):
                Settings.from_env({name: str(value)})
        assert Settings.from_env({name: "" if default == "none" else default.strip("`")}) == Settings()


def test_the_entry_on_the_page_is_one_of_api_keys():
    [shown] = re.findall(r'^\[\{"name".*', CONFIGURATION, re.MULTILINE)
    [key] = keys.parse(shown.replace("...", "0" * 64))
    assert key.access.namespaces == {"acme"}


INTEGERS = [name for name, row in rows("Variables of the Worker").items() if row[0].isdigit()]


@pytest.mark.parametrize("name", INTEGERS)
def test_defaults_and_limits_are_those_of_the_code(name):
    default, limits, _ = rows("Variables of the Worker")[name]
    low, high = map(int, limits.removeprefix(f"{default}, or ").split(" to "))
    field = name.lower()
    assert getattr(Settings.from_env({}), field) == int(default)
    assert [getattr(Settings.from_env({name: str(value)}), field) for value in (low, high)] == [low, high]
    for value in (low - 1, high + 1):
        with pytest.raises(SettingsError, match=name):
            Settings.from_env({name: str(value)})


def test_every_integer_variable_has_its_row():
    place = "the variables in docs/configuration.md, with an integer as default"
    tables.complete(INTEGERS, re.findall(r'\binteger\(env, "(\w+)"', SETTINGS), place)


def test_every_field_of_a_log_line_is_explained():
    section = (DOCS / "operating.md").read_text(encoding="utf-8").split("## Logs\n", 1)[1].split("\n## ", 1)[0]
    told = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    tables.complete(told, context.LogLine.__struct_fields__, "the table under Logs in docs/operating.md")
    assert told == list(context.LogLine.__struct_fields__), "docs/operating.md has the fields in another order."


@pytest.mark.parametrize("name", rpc.REQUESTS)
def test_every_option_of_an_rpc_method_is_explained(name):
    text = (DOCS / "service-binding.md").read_text(encoding="utf-8")
    sections = [part for part in text.split("\n### ")[1:] if f"{name}(" in part.splitlines()[0]]
    assert len(sections) == 1, f"docs/service-binding.md needs a section with the method {name}() in its heading."
    [section] = sections
    fields = {field.name for field in msgspec.structs.fields(rpc.REQUESTS[name])}
    options = fields - set(rpc.OPERATIONS[name].arguments) - {"input_type", "prompt_name"}  # other names of task
    told = [option for option in options if re.search(rf"`{option}\??`", section)]
    tables.complete(told, options, f"the section of {name}() in docs/service-binding.md")


@pytest.mark.parametrize("path", sorted([*DOCS.glob("*.md"), *runtime.ROOT.glob("*.md")]), ids=lambda path: path.name)
def test_links_inside_the_project_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", ["docs/architecture.md", "docs/upgrading.md", "docs/scale.md"])
def test_files_that_are_named_are_there(path):
    text = (runtime.ROOT / path).read_text(encoding="utf-8")
    for name in re.findall(r"`((?:src|cli|tools|tests|local|docs|types|examples)/[\w./]+)`", text):
        assert (runtime.ROOT / name).exists(), name


BINDINGS = runtime.ROOT / "src" / "bindings"


def drawing():
    """Return the picture of the architecture."""
    return (DOCS / "architecture.md").read_text(encoding="utf-8").split("```")[1]


def test_the_drawing_has_the_modules_of_the_bindings_and_no_other():
    drawn = re.findall(r"^  (\w+)/? +([a-z_]+(?:, [a-z_]+)*)", drawing().split("src/embedder/")[0], re.MULTILINE)
    found = {"Python": {path.stem for path in BINDINGS.glob("*.py")} - {"__init__"}}
    for folder in {path.parent for path in BINDINGS.glob("*/*.js")}:
        found[folder.name] = {path.stem for path in folder.glob("*.*")} - {"__init__"}
    assert {name: set(modules.split(", ")) for name, modules in drawn} == found


def drawn_core():
    """Return the layers of the drawing, and the modules of each package in it."""
    core = drawing().split("src/embedder/", 1)[1]
    layers = re.findall(r"^  \d (\w+(?: [|:] \w+)*)", core, re.MULTILINE)
    packages = re.findall(r"^    (\w+)/ (.*(?:\n {5,}.*)*)", core, re.MULTILINE)
    return layers, {name: set(re.findall(r"\w+\b(?!/)", modules)) for name, modules in packages}


def test_the_drawing_has_the_layers_that_are_held_against_the_imports():
    contracts = tomllib.loads((runtime.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [held] = [row["layers"] for row in contracts["contracts"] if row["name"] == "layers of the core"]
    assert drawn_core()[0] == held


def test_the_drawing_has_every_package_with_its_modules_and_no_other():
    core = runtime.ROOT / "src" / "embedder"
    packages = {path.parent.name: path.parent.rglob("*.py") for path in core.glob("*/__init__.py")}
    modules = {name: {path.stem for path in paths} - {"__init__"} for name, paths in packages.items()}
    assert drawn_core()[1] == modules


def test_actions_are_pinned_by_commit():
    text = (runtime.ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) and "# v" in tag for name, tag in used)
    assert "make check test" in text


def test_the_commands_stay_out_of_what_is_uploaded():
    project = tomllib.loads((runtime.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not re.search(r"typer|rich|httpx", " ".join(project["dependencies"]))
