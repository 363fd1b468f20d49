"""Which fields of a record are the id, the text, the title and the metadata."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from embedder_cli.importer.documents import Document, Location, Rejection, id_of
from embedder_cli.importer.records import values
from embedder_cli.importer.records.values import Ambiguous, ValueFaultError

_TYPES = ("string", "number", "boolean")
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_MAX_SHOWN = 200
_ID = "id"
_SURROGATE = re.compile("[\ud800-\udfff]")


class FieldError(Exception):
    """An option or a value that can't be used; the message is one sentence to act on."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record of any kind of file. `is_row`: it is one of a table, whose columns all records have."""

    fields: Mapping[str, Any]
    location: Location
    position: int
    is_row: bool = False

    @staticmethod
    def of(value: object, location: Location, position: int) -> "Record | Rejection":
        """Return the record that a JSON value is."""
        if not isinstance(value, dict):
            return Rejection(location, None, "The record is not a JSON object.")
        return Record(value, location, position)


@dataclass(frozen=True)
class MetadataField:
    """A field that is stored as metadata. `kind` converts it to a string, a number or a boolean."""

    name: str
    kind: str | None = None

    @classmethod
    def parse(cls, option: str) -> "MetadataField":
        """Read NAME or NAME:TYPE; FieldError for an unknown type."""
        name, colon, kind = option.rpartition(":")
        if not colon:
            return cls(option)
        if not name or kind not in _TYPES:
            known = ", ".join(_TYPES)
            hint = f"If the name of the field contains a colon, write {option}:string."
            raise FieldError(f"{option}: the type {kind!r} is unknown; use {known}. {hint}")
        return cls(name, kind)

    def value(self, found: Any) -> Any:  # noqa: ANN401
        """Return the value to store for a value of a record; FieldError if it can't be stored unchanged."""
        try:
            return values.stored(found) if self.kind is None else _converted(found, self.kind)
        except ValueFaultError as error:
            raise FieldError(f"{self.name} {error}.") from error


def _converted(found: Any, kind: str) -> Any:  # noqa: ANN401
    text = values.text_of(found)
    if kind == "string":
        return text
    if kind == "number":
        return values.number(text)
    truth = _TRUTH.get(text.strip().lower())
    if truth is None:
        raise ValueFaultError(f"is {text[:40]!r}, which is not a boolean")
    return truth


@dataclass(frozen=True)
class Fields:
    """The names of the fields, and the namespace of the documents, which is part of their default ids.

    `id` is None for the field `id` if the first record has one, and "" for ids that come from the position.
    """

    id: str | None = None
    text: str = "text"
    title: str | None = None
    metadata: tuple[MetadataField, ...] = ()
    namespace: str | None = None

    @property
    def used(self) -> frozenset[str]:
        """The names of the fields that are read."""
        return frozenset(filter(None, (self.id, self.text, self.title, *(item.name for item in self.metadata))))

    def settled(self, first: Record) -> "Fields":
        """Return the fields of a file that has this first record. FieldError if it has no text or no id."""
        fields = replace(self, id=_ID) if self.id is None and _ID in first.fields else self
        if first.is_row:
            fields._check_columns(first.fields)
        else:
            fields._check_record(first.fields)
        return fields

    def _check_columns(self, columns: Collection[str]) -> None:
        """Raise FieldError for a field that is not a column of a table."""
        for name in (self.id, self.text, self.title, *(item.name for item in self.metadata)):
            if name and name not in columns:
                raise FieldError(f"There is no column {name!r}; the columns are {listed(columns)}. {_HINT}")

    def _check_record(self, record: Collection[str]) -> None:
        """Raise FieldError if the first record of a file has no text or no id. Other fields may be missing."""
        for name in (self.id, self.text):
            if name and name not in record:
                raise FieldError(f"The first record has no field {name!r}; its fields are {listed(record)}. {_HINT}")


_HINT = "Choose fields with --text-field, --id-field, --title-field and --metadata-field."


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence."""
    return ", ".join(map(str, names))[:_MAX_SHOWN] or "none"


def document_of(record: Record, fields: Fields) -> Document | Rejection:
    """Return the document in a record."""
    name = None
    found = record.fields
    try:
        _check_unique(found, fields)
        name = _id(record, fields)
        text = found.get(fields.text)
        if type(text) is not str:
            raise FieldError(_no_text(fields.text, found))
        title = title_of(found, fields.title)
        return Document(name, text, record.location, title, metadata_of(found, fields.metadata), bool(fields.id))
    except FieldError as error:
        return Rejection(record.location, name, str(error))


def _no_text(name: str, record: Mapping[str, Any]) -> str:
    if not isinstance(found := record.get(name), dict | list):
        return f"There is no text in the field {name!r}; the fields are {listed(record)}."
    what = f"an object with the fields {listed(found)}" if isinstance(found, dict) else "a list"
    return f"The field {name!r} is {what}. Only a text can be embedded; write it into a field of its own."


def _check_unique(record: Mapping[str, Any], fields: Fields) -> None:
    if isinstance(record, Ambiguous) and (twice := record.twice & fields.used):
        raise FieldError(f"The field {min(twice)!r} is there twice, and it is not clear which one counts.")


def _id(record: Record, fields: Fields) -> str:
    if not fields.id:
        return id_of(record.location.file, record.position, fields.namespace)
    found = record.fields.get(fields.id)
    if not isinstance(found, str) or not found:
        raise FieldError(f"There is no id in the field {fields.id!r}.")
    if not found.isascii() and _SURROGATE.search(found):
        raise FieldError("The id has half of a surrogate pair, or bytes that are not text.")
    return str(found)


def title_of(record: Mapping[str, Any], name: str | None) -> str | None:
    """Return the title in a field; None if it is missing, null or empty."""
    found = record.get(name) if name else None
    if found is None or found == "":
        return None
    try:
        return values.text_of(found)
    except ValueFaultError as error:
        raise FieldError(f"{name} {error}.") from error


def metadata_of(record: Mapping[str, Any], wanted: Iterable[MetadataField]) -> dict[str, Any]:
    """Omit fields that are missing, null or empty: Vectorize has no null to filter by."""
    return {item.name: item.value(record[item.name]) for item in wanted if record.get(item.name) not in (None, "")}
