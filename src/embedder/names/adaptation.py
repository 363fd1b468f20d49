"""Adapts a body to a Struct: other words for a value, other spellings of a field, and fields that the Struct lacks.

A field of a Struct takes other words with `Meta(extra={EQUAL: function})`: the function returns the value of the type
that means the same, or raises a ValueError that says why there is none. Where unknown fields are errors, only those
with EVERYWHERE do. Where they are not, ALSO has names of the field in other services; a field of the Struct that has
one of them goes first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec

from embedder.errors import invalid

EQUAL, EVERYWHERE, ALSO = "equal", "everywhere", "also"
_MAX_ITEMS = 2_048  # of a list of Structs: the most that any of them takes, MAX_TEXTS in settings.py
_MAX_FIELDS = 10_000  # of an object; each takes microseconds to look up
_MAX_WORD_CHARS = 64  # of a name of a field, or of a word for a value
# Called with the path of each unknown field and its value. It returns to have the field ignored, or raises an error.
Unknown = Callable[[str, object], None]


class _Fields(NamedTuple):
    by_name: "Mapping[str, _Field]"
    by_plain_name: "Mapping[str, _Field]"  # in lower case without separators


class _Field(NamedTuple):
    name: str
    optional: bool
    equal: Callable[[Any], Any] | None
    everywhere: bool
    words: tuple[Any, ...]  # its choices, if these are the only texts that it takes
    struct: Any  # of the value, or of its items; None if it has none
    also: tuple[str, ...]  # its other names


def adapted(value: object, kind: Any, unknown: Unknown | None, path: str = "") -> Any:  # noqa: ANN401
    """Return the JSON `value` as the Struct `kind` takes it. Without `unknown`, unknown fields and nulls stay.

    `kind` may also be a union with a list of the Struct.
    """
    if isinstance(value, list):  # the first item beyond the limit is an error
        items = enumerate(value[: _MAX_ITEMS + 1])
        return [adapted(item, kind, unknown, f"{path}[{index}]") for index, item in items]
    if not isinstance(value, dict):
        return value
    if len(value) > _MAX_FIELDS:
        message = f"{path or 'The body'} has over {_MAX_FIELDS:,} fields; remove those that are unknown."
        raise invalid(message, path or None)
    fields = _fields(kind)
    found: dict[str, Any] = {}
    for name, part in value.items():
        field = fields.by_name.get(name) or (fields.by_plain_name.get(_plain(name)) if unknown else None)
        shown = name[:_MAX_WORD_CHARS]
        where = f"{path}.{shown}" if path else shown
        if field is None:
            _keep_or_ignore(found, name, part, where, unknown)
        elif unknown is None or not _is_nothing(part, field):
            if field.name in found:
                raise invalid(f"{where} and {field.name} are the same field; send one of them.", where)
            found[field.name] = _value(part, field, where, unknown)
    return found


def _is_nothing(part: object, field: _Field) -> bool:
    """Return whether a value stands for the default of a field: null, or where a word is wanted, none."""
    return field.optional and (part is None or (field.words != () and part in ("", [])))


def _keep_or_ignore(found: dict[str, Any], name: str, part: object, where: str, unknown: Unknown | None) -> None:
    if unknown is None:
        found[name] = part
    elif part is not None:
        unknown(where, part)


def _value(part: object, field: _Field, where: str, unknown: Unknown | None) -> object:
    if field.equal and (unknown or field.everywhere):
        try:
            part = field.equal(part)
        except ValueError as error:
            raise invalid(f"{where}: {error}", where) from None
    if field.words:
        part = _shortened(part)
        if isinstance(part, str) and part not in field.words and not where.endswith(field.name):
            choices = ", ".join(map(str, field.words))  # the error of msgspec has the name of the Struct
            raise invalid(f"{where} is {part!r}; it must be one of {choices}.", where)
    return part if field.struct is None else adapted(part, field.struct, unknown, where)


def _shortened(value: object) -> object:
    """Cut what is too long for a word. It stays wrong, and msgspec's error, which quotes it, needs no memory for it."""
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return value[:_MAX_WORD_CHARS] if isinstance(value, str) else value


@cache
def _fields(kind: Any) -> _Fields:  # noqa: ANN401
    struct = _struct(parts_of(kind))
    hints = get_type_hints(struct, include_extras=True)
    by_name = {field.encode_name: _field(field, hints[field.name]) for field in msgspec.structs.fields(struct)}
    others = {_plain(name): field for field in reversed(by_name.values()) for name in field.also}
    return _Fields(by_name, others | {_plain(name): field for name, field in by_name.items()})


def _field(field: Any, hint: Any) -> _Field:  # noqa: ANN401
    parts = list(parts_of(hint))
    extra: dict[str, Any] = {EQUAL: _raw, EVERYWHERE: True} if msgspec.Raw in parts else {}
    for meta in parts:
        extra |= (meta.extra or {}) if isinstance(meta, msgspec.Meta) else {}
    struct = _struct(parts)
    choices = (choice for part in parts if get_origin(part) is Literal for choice in get_args(part))
    words = () if str in parts else tuple(choices)
    equal, everywhere, also = extra.get(EQUAL), EVERYWHERE in extra, extra.get(ALSO, ())
    return _Field(field.encode_name, not field.required, equal, everywhere, words, struct, also)


def _struct(parts: Iterable[Any]) -> Any:  # noqa: ANN401
    return next((part for part in parts if isinstance(part, type) and issubclass(part, msgspec.Struct)), None)


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _plain(name: str) -> str:
    return lower(name).replace("_", "").replace("-", "") if len(name) <= _MAX_WORD_CHARS else name


def lower(word: str) -> str:
    """Return a word in lower case. A long text is no word, and stays: `str.lower` takes up to 16 bytes a character."""
    return word.lower() if len(word) <= _MAX_WORD_CHARS else word


def parts_of(kind: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield a type, the members of its unions, the types of its items, and all their constraints."""
    yield kind
    if get_origin(kind) is Annotated:
        yield from kind.__metadata__
    if get_origin(kind) is not Literal:
        for part in get_args(kind):
            yield from parts_of(part)
