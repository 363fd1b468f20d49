"""Which fields of a record are the id, the text, the title and the metadata."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from embedder_cli.importer.documents import Document, Location, Rejection, id_of

_TYPES = ("string", "number", "boolean")
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_MAX_SHOWN = 200


class FieldError(Exception):
    """An option or a value that can't be used; the message is one sentence to act on."""


@dataclass(frozen=True)
class MetadataField:
    """A field that is stored as metadata. `kind` converts the text of a CSV cell to a number or a boolean."""

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
        """Return the value to store for a value of a record; FieldError if it is not of the type."""
        if self.kind is None:
            return found
        try:
            return _converted(found, self.kind)
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise FieldError(f"{self.name} is {str(found)[:40]!r}, which is not a {self.kind}.") from error


def _converted(found: Any, kind: str) -> Any:  # noqa: ANN401
    if kind == "string":
        return str(found)
    if kind == "boolean":
        return found if isinstance(found, bool) else _TRUTH[str(found).strip().lower()]
    number = float(found)
    return int(number) if number.is_integer() else number


@dataclass(frozen=True)
class Fields:
    """The names of the fields, and the namespace of the documents, which is part of their default ids."""

    id: str | None = None
    text: str = "text"
    title: str | None = None
    metadata: tuple[MetadataField, ...] = ()
    namespace: str | None = None

    def check_columns(self, columns: Collection[str]) -> None:
        """Raise FieldError for a field that is not a column of a table."""
        wanted = [self.id, self.text, self.title, *(item.name for item in self.metadata)]
        for name in wanted:
            if name is not None and name not in columns:
                raise FieldError(f"There is no column {name!r}; the columns are {_listed(columns)}. {_HINT}")

    def check_record(self, record: Collection[str]) -> None:
        """Raise FieldError if the first record of a file has no text or no id. Other fields may be missing."""
        for name in (self.id, self.text):
            if name is not None and name not in record:
                raise FieldError(f"The first record has no field {name!r}; its fields are {_listed(record)}. {_HINT}")


_HINT = "Choose fields with --text-field, --id-field, --title-field and --metadata-field."


def _listed(names: Collection[str]) -> str:
    return ", ".join(map(str, names))[:_MAX_SHOWN] or "none"


def document_of(record: Mapping[str, Any], fields: Fields, location: Location, position: int) -> Document | Rejection:
    """Return the document in a record."""
    name = None
    try:
        name = _id(record, fields, location, position)
        text = record.get(fields.text)
        if not isinstance(text, str):
            raise FieldError(f"There is no text in the field {fields.text!r}; the fields are {_listed(record)}.")
        own = fields.id is not None
        return Document(name, text, location, _title(record, fields), _metadata(record, fields), own)
    except FieldError as error:
        return Rejection(location, name, str(error))


def _id(record: Mapping[str, Any], fields: Fields, location: Location, position: int) -> str:
    if fields.id is None:
        return id_of(location.file, position, fields.namespace)
    found = record.get(fields.id)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise FieldError(f"There is no id in the field {fields.id!r}.")
    return str(found)


def _title(record: Mapping[str, Any], fields: Fields) -> str | None:
    found = record.get(fields.title) if fields.title else None
    return str(found) if found not in (None, "") else None


def _metadata(record: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """Omit fields that are missing, null or empty: Vectorize has no null to filter by."""
    return {
        item.name: item.value(record[item.name]) for item in fields.metadata if record.get(item.name) not in (None, "")
    }
