"""Declarations for callers in TypeScript and in Python, made from the same Structs that decode their calls.

`python -m tools.declarations` writes `types/embedder.d.ts` and `types/embedder_types.pyi`; a test keeps them true.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import inspect

from embedder import operations, rpc
from embedder.operations import Operation
from embedder_cli.runtime import ROOT

TYPESCRIPT = ROOT / "types" / "embedder.d.ts"
PYTHON = ROOT / "types" / "embedder_types.pyi"
_NOTE = "Made by `python -m tools.declarations` from the Structs of the Worker; do not edit."

_TOLD = "task: string | null; tokens: number; truncated: number[]"
_WITH_TEXTS = ("embed", "similarity", "upsert")


class Language:
    """How a type is written."""

    def __init__(self, simple: dict[type, str], array: str, mapping: str, union: str, nothing: str) -> None:
        self.simple, self.array, self.mapping, self.union, self.nothing = simple, array, mapping, union, nothing
        self.structs: dict[str, inspect.StructType] = {}

    def name(self, kind: inspect.Type) -> str:
        """Return how `kind` is written; Structs are collected on the way."""
        match kind:
            case inspect.Metadata():
                numbers = "items" in (kind.extra_json_schema or {})
                return self.array.format(self.simple[inspect.FloatType]) if numbers else self.name(kind.type)
            case inspect.LiteralType():
                return self.choice(list(kind.values))
            case inspect.UnionType():
                parts = [self.name(part) for part in kind.types]
                return self.union.join(dict.fromkeys(parts))
            case inspect.CollectionType():
                return self.array.format(self.name(kind.item_type))
            case inspect.DictType():
                return self.mapping
            case inspect.StructType():
                self.structs[kind.cls.__name__.lstrip("_")] = kind
                return kind.cls.__name__.lstrip("_")
            case inspect.NoneType():
                return self.nothing
        return self.simple[type(kind)]

    def choice(self, values: list[object]) -> str:
        """Return how a choice of constants is written."""
        return " | ".join(json.dumps(value) for value in values)


class _Python(Language):
    def choice(self, values: list[object]) -> str:
        return f"Literal[{', '.join(map(repr, values))}]"


def _typescript_language() -> Language:
    numbers: dict[type, str] = {inspect.IntType: "number", inspect.FloatType: "number", inspect.BoolType: "boolean"}
    simple = {**numbers, inspect.StrType: "string", inspect.AnyType: "unknown"}
    return Language(simple, "Array<{}>", "Metadata", " | ", "null")


def _python_language() -> Language:
    numbers: dict[type, str] = {inspect.IntType: "int", inspect.FloatType: "float", inspect.BoolType: "bool"}
    simple = {**numbers, inspect.StrType: "str", inspect.AnyType: "Any"}
    return _Python(simple, "Sequence[{}]", "dict[str, Any]", " | ", "None")


def _fields(operation: Operation) -> tuple[inspect.Field, ...]:
    kind = inspect.type_info(rpc.REQUESTS[operation.name])
    assert isinstance(kind, inspect.StructType)
    return kind.fields


def _options(operation: Operation) -> list[inspect.Field]:
    return [field for field in _fields(operation) if field.name not in operation.arguments]


def _argument(operation: Operation, name: str) -> inspect.Field:
    return next(field for field in _fields(operation) if field.name == name)


def _structs(language: Language, write: Callable[[str, Any], str]) -> list[str]:
    """Write every Struct that was named so far; writing one may name more."""
    written: dict[str, str] = {}
    while missing := language.structs.keys() - written.keys():
        for name in sorted(missing):
            written[name] = write(name, language.structs[name].fields)
    return [*written.values()]


def typescript() -> str:
    """Return the declarations for TypeScript."""
    language = _typescript_language()
    methods, options = [], []
    for operation in operations.TABLE:
        name = operation.name
        arguments = [f"{field}: {language.name(_argument(operation, field).type)}" for field in operation.arguments]
        fields = _options(operation)
        if fields:
            arguments.append(f"options?: {name.capitalize()}Options")
            options.append(_interface(language, f"{name.capitalize()}Options", fields))
        answer = operation.response.__name__ + (" & Told" if name in _WITH_TEXTS else "")
        language.name(inspect.type_info(operation.response))
        if name == "embed":
            overloads = _embed_overloads(arguments[0])
            every = " | ".join([answer, *[formatted for _, formatted in _TYPESCRIPT_FORMATS]])
            service = f"  embed({', '.join(arguments)}): Promise<Answer<{every}>>;"
        methods.append(f"  {name}({', '.join(arguments)}): Promise<Answer<{answer}>>;")
    structs = _structs(language, partial(_interface, language))
    direct = ["/** The binding as it is: `EMBEDDINGS: Embeddings`. */", "export interface Embeddings {"]
    entry = ["/** For `EMBEDDINGS: Service<EmbeddingsEntrypoint>`. */"]
    entry += ["export declare class EmbeddingsEntrypoint extends WorkerEntrypoint {", service]
    doors = [*direct, *overloads, *methods, "}", "", *entry, *methods[1:], "}", ""]
    return "\n".join([f"// {_NOTE}", _TYPESCRIPT_HEAD, *structs, *options, "", *doors])


_TYPESCRIPT_HEAD = f"""
import type {{ WorkerEntrypoint }} from "cloudflare:workers";

/** A failure; `code` is stable, `status` the one that HTTP would have. */
export interface Failure {{
  ok: false;
  error: {{
    code: string;
    message: string;
    status: number;
    param?: string;
    retry_after_s?: number;
    upstream_code?: number;
    details?: Record<string, string[]>;
  }};
}}
/** What a vector carries and a filter asks for; at most 10 KiB. */
export type Value = string | number | boolean | null | string[];
export type Metadata = {{ [key: string]: Value | {{ [key: string]: Value | number[] }} }};
export type Answer<T> = ({{ ok: true }} & T) | Failure;
/** Which prompt was used, estimated tokens, and the indexes of texts that the model truncated. */
export interface Told {{ {_TOLD} }}
"""

_TYPESCRIPT_FLOATS = "{ shape: number[]; data: Float32Array } & Told"
_TYPESCRIPT_RAW = "{ shape: number[]; response: Response } & Told"
_TYPESCRIPT_FORMATS = (("float32", _TYPESCRIPT_FLOATS), ("response", _TYPESCRIPT_RAW))


def _embed_overloads(texts: str) -> list[str]:
    """`format` decides the answer. `Service<...>` keeps a method's last signature only: there it names all answers."""
    return [
        f'  embed({texts}, options: EmbedOptions & {{ format: "{name}" }}): Promise<Answer<{answer}>>;'
        for name, answer in _TYPESCRIPT_FORMATS
    ]


def _interface(language: Language, name: str, fields: Any) -> str:  # noqa: ANN401
    lines = [f"  {field.encode_name}{'' if field.required else '?'}: {language.name(field.type)};" for field in fields]
    return "\n".join([f"export interface {name} {{", *lines, "}"])


def python() -> str:
    """Return the declarations for Python."""
    language = _python_language()
    methods, options = [], []
    for operation in operations.TABLE:
        name = operation.name
        arguments = [f"{field}: {language.name(_argument(operation, field).type)}" for field in operation.arguments]
        fields = _options(operation)
        if fields:
            arguments.append(f"options: {name.capitalize()}Options = ...")
            options.append(_typed_dict(language, f"{name.capitalize()}Options", fields, total=False))
        methods.append(f"    async def {name}(self, {', '.join(arguments)}) -> dict[str, Any]: ...".replace(", )", ")"))
    structs = _structs(language, partial(_typed_dict, language, total=True))
    return "\n".join([f"# {_NOTE}", _PYTHON_HEAD, *structs, *options, _PYTHON_CLASS, *methods, ""])


_PYTHON_HEAD = """
from collections.abc import Sequence
from typing import Any, Literal, NotRequired, Protocol, TypedDict
"""

_PYTHON_CLASS = '''
class Embeddings(Protocol):
    """The Worker as a service binding: `self.env.EMBEDDINGS`. Every answer has `ok`; a failure has `error`."""
'''


def _typed_dict(language: Language, name: str, fields: Any, *, total: bool) -> str:  # noqa: ANN401
    lines = []
    for field in fields:
        kind = language.name(field.type)
        lines.append(f"    {field.encode_name}: {f'NotRequired[{kind}]' if total and not field.required else kind}")
    return "\n".join([f"class {name}(TypedDict{'' if total else ', total=False'}):", *lines, ""])


def write(folder: Path = ROOT) -> None:
    """Write both files below `folder`."""
    for path, text in ((TYPESCRIPT, typescript()), (PYTHON, python())):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


if __name__ == "__main__":
    write()
