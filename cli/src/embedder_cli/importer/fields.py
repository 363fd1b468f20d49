"""Which fields of a record are the id, the text, the title and the metadata. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedder_cli.importer.documents import Document, Place, Refusal, id_of

_TYPES = ("string", "number", "boolean")
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class FieldError(Exception):
    """An option or a value of a field that can't be used; the message is one sentence to act on."""


@dataclass(frozen=True)
class MetadataField:
    """A field that is kept beside the vector; `kind` turns the text of a CSV cell into a number or a boolean."""

    name: str
    kind: str | None = None

    @classmethod
    def parse(cls, option: str) -> "MetadataField":
        """Read NAME or NAME:TYPE."""
        name, colon, kind = option.rpartition(":")
        if colon and kind in _TYPES:
            return cls(name, kind)
        return cls(option)

    def value(self, found: Any) -> Any:  # noqa: ANN401
        """Return what is stored for a value of a record; FieldError if it is not of the type asked for."""
        if self.kind is None:
            return found
        try:
            return _converted(found, self.kind)
        except (ValueError, KeyError, TypeError) as error:
            raise FieldError(f"{self.name} is {str(found)[:40]!r}, which is no {self.kind}.") from error


def _converted(found: Any, kind: str) -> Any:  # noqa: ANN401
    if kind == "string":
        return str(found)
    if kind == "boolean":
        return found if isinstance(found, bool) else _TRUTH[str(found).strip().lower()]
    number = float(found)
    return int(number) if number.is_integer() else number


@dataclass(frozen=True)
class Fields:
    id: str | None = None
    text: str = "text"
    title: str | None = None
    metadata: tuple[MetadataField, ...] = ()


def document_of(record: Mapping[str, Any], fields: Fields, place: Place, position: int) -> Document | Refusal:
    """Return the document in a record of a JSONL or CSV file."""
    name = None
    try:
        name = _id(record, fields, place, position)
        text = record.get(fields.text)
        if not isinstance(text, str):
            known = ", ".join(str(key) for key in record)[:200]
            raise FieldError(f"There is no text in the field {fields.text!r}; the record has {known or 'no fields'}.")
        return Document(name, text, place, _title(record, fields), _metadata(record, fields))
    except FieldError as error:
        return Refusal(place, name, str(error))


def _id(record: Mapping[str, Any], fields: Fields, place: Place, position: int) -> str:
    if fields.id is None:
        return id_of(place.file, position)
    found = record.get(fields.id)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise FieldError(f"There is no id in the field {fields.id!r}.")
    return str(found)


def _title(record: Mapping[str, Any], fields: Fields) -> str | None:
    found = record.get(fields.title) if fields.title else None
    return str(found) if found not in (None, "") else None


def _metadata(record: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """A field that is missing, null or empty is left out: Vectorize has no null to filter by."""
    return {
        item.name: item.value(record[item.name]) for item in fields.metadata if record.get(item.name) not in (None, "")
    }
