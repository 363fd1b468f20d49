"""The declarations in types/ have the fields, the optional fields and the choices of the Worker's Structs."""

import ast
import json
import re
from pathlib import Path

import pytest
from msgspec import inspect

from embedder import rpc
from embedder.operations import table
from tests import tables
from tests.core.fake_index import FakeIndex, app_with

TYPES = Path(__file__).parents[2] / "types"
TYPESCRIPT = (TYPES / "embedder.d.ts").read_text(encoding="utf-8")
PYTHON = (TYPES / "embedder_types.pyi").read_text(encoding="utf-8")
# declared for all, but no Struct: what several share, and what is written around every answer
SHARED = {"PromptOptions", "Failure", "Usage", "Embeddings"}


def choices(kind):
    """Return the constants of a type, None among them."""
    match kind:
        case inspect.Metadata(inspect.RawType(), extra_json_schema=schema):
            return frozenset([None]) if {"type": "null"} in schema["anyOf"] else frozenset()
        case inspect.Metadata():
            return choices(kind.type)
        case inspect.UnionType():
            return frozenset().union(*map(choices, kind.types))
        case inspect.LiteralType():
            return frozenset(kind.values)
        case inspect.NoneType():
            return frozenset([None])
    return frozenset()


def structs_in(kind):
    match kind:
        case inspect.StructType():
            yield kind
            for field in kind.fields:
                yield from structs_in(field.type)
        case inspect.UnionType():
            for part in kind.types:
                yield from structs_in(part)
        case inspect.Metadata():
            yield from structs_in(kind.type)
        case inspect.CollectionType():
            yield from structs_in(kind.item_type)


def described(fields):
    return {field.encode_name: (not field.required, choices(field.type)) for field in fields}


def requests():
    """Return the fields of every type that callers send: the options of an operation, and the Structs in them."""
    found = {}
    for operation in table.TABLE:
        request, *inner = structs_in(inspect.type_info(rpc.REQUESTS[operation.name]))
        options = [field for field in request.fields if field.name not in operation.arguments]
        found |= {f"{operation.name.capitalize()}Options": described(options)} if options else {}
        found |= {kind.cls.__name__: described(kind.fields) for kind in inner}
    return found


def responses():
    types = [kind for row in table.TABLE for kind in (row.response, row.queued) if kind]
    kinds = [kind for response in types for kind in structs_in(inspect.type_info(response))]
    return {kind.cls.__name__.lstrip("_"): described(kind.fields) for kind in kinds}


def typescript():
    """Return the fields of every interface; a field is one line, and an inherited one is the heir's too."""
    text = re.sub(r"/\*\*.*?\*/", "", TYPESCRIPT, flags=re.DOTALL)
    literals = {name: kinds for name, kinds in re.findall(r"type (\w+) =([^;{]*);", text) if re.search(r'["\d]', kinds)}
    for name, kinds in literals.items():
        text = re.sub(rf": {name}\b", f": {' '.join(kinds.split())}", text)
    found = {}
    for name, parent, body in re.findall(r"interface (\w+)(?: extends (\w+))? \{\n(.*?)\n\}", text, re.DOTALL):
        fields = re.findall(r"^  (\w+)(\??): (.*);$", body, re.MULTILINE)
        own = {field: (optional == "?", constants(kind)) for field, optional, kind in fields}
        found[name] = found.get(parent, {}) | own
    return found


def constants(kind):
    found = re.findall(r'"(\w+)"|\b(\d+)\b|\b(null)\b', kind)
    return frozenset(text or (int(number) if number else None) for text, number, _ in found)


def python():
    """Return the fields of every TypedDict."""
    module = ast.parse(PYTHON)
    literals = {node.targets[0].id: node.value for node in module.body if isinstance(node, ast.Assign)}
    found = {}
    for node in (node for node in module.body if isinstance(node, ast.ClassDef)):
        optional = any(keyword.arg == "total" for keyword in node.keywords)
        fields = {}
        for field in (field for field in node.body if isinstance(field, ast.AnnAssign)):
            parts = [*ast.walk(field.annotation)]
            names = [part.id for part in parts if isinstance(part, ast.Name)]
            parts += [part for name in names if name in literals for part in ast.walk(literals[name])]
            values = frozenset(part.value for part in parts if isinstance(part, ast.Constant))
            fields[field.target.id] = (optional or "NotRequired" in names, values)
        found[node.name] = found.get(node.bases[0].id, {}) | fields
    return found


@pytest.mark.parametrize(
    ("declared", "wanted"), [(typescript(), requests() | responses()), (python(), requests())], ids=["ts", "pyi"]
)
def test_every_type_has_the_fields_of_its_struct(declared, wanted):
    assert len(wanted) >= 7
    tables.complete(declared.keys() - SHARED, wanted, "types/")
    assert {name: declared[name] for name in wanted} == wanted, "types/ declares other fields than the Structs."


def methods():
    """Return the parameters of every operation."""
    found = {operation.name: [*operation.arguments] for operation in table.TABLE}
    for name in found:
        found[name] += ["options"] if f"{name.capitalize()}Options" in requests() else []
    return found


def check_methods(declared, file):
    """Check the parameters of every method that a file of types/ declares."""
    tables.complete(declared, methods(), f"types/{file}")
    assert declared == methods(), f"types/{file} declares other parameters than the operations have."


@pytest.mark.parametrize("head", ["export interface Embeddings", "export declare class EmbeddingsEntrypoint"])
def test_typescript_has_every_operation(head):
    body = TYPESCRIPT.split(head)[1].split("\n}")[0]
    calls = re.findall(r"^  (\w+)\((.*)\): Promise", body, re.MULTILINE)
    check_methods({name: re.findall(r"(\w+)\??:(?! \")", parameters) for name, parameters in calls}, "embedder.d.ts")


CALLS = [
    ("embed", ["a"]),
    ("similarity", ["a", "b"]),
    ("upsert", [{"id": "1", "text": "a"}]),
    ("search", "a"),
    ("search", None, {"id": "1"}),
    ("get", ["1"]),
    ("delete", ["1"]),
    ("describe",),
]


@pytest.mark.parametrize("head", ["export interface Embeddings", "export declare class EmbeddingsEntrypoint"])
def test_typescript_declares_the_usage_that_is_returned(head):
    app = app_with(FakeIndex())
    returned: dict[str, set[bool]] = {}
    for name, *arguments in CALLS:
        answer = json.loads(app.call(name, *arguments).text)
        assert answer["ok"], answer
        returned.setdefault(name, set()).add({"task", "tokens", "truncated"} <= answer.keys())
    body = TYPESCRIPT.split(head)[1].split("\n}")[0]
    kinds = {"": {False}, "Usage": {True}, "Partial<Usage>": {True, False}}
    declared = re.findall(r"^  (\w+)\(.*Promise<(.*)>;$", body, re.MULTILINE)
    usage = {name: "".join(re.findall(r"& (Usage|Partial<Usage>)", answer)) for name, answer in declared}
    tables.complete(returned, table.BY_NAME, "CALLS in tests/core/test_declarations.py")
    assert {name: kinds[kind] for name, kind in usage.items()} == returned


def test_python_has_every_operation():
    [protocol] = [node for node in ast.parse(PYTHON).body if getattr(node, "name", "") == "Embeddings"]
    calls = [node for node in protocol.body if isinstance(node, ast.AsyncFunctionDef)]
    check_methods(
        {call.name: [argument.arg for argument in call.args.args[1:]] for call in calls}, "embedder_types.pyi"
    )


def test_a_failure_has_the_fields_that_are_sent():
    [body] = re.findall(r"error: \{(.*?)\}", TYPESCRIPT, re.DOTALL)
    assert tuple(re.findall(r"(\w+)\??:", body)) == rpc._FAILURE
