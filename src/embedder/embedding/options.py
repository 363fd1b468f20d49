"""What a request may choose about its vectors: the prompt, the size and the encoding."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from embedder.names import tasks
from embedder.names.adaptation import ALSO, EQUAL, EVERYWHERE, lower
from embedder.names.tasks import Task
from embedder.settings import DIMENSIONS

SIZES = (768, 512, 256, 128)  # Matryoshka sizes (model card)
_NAMES_OF_SIZE = (  # of other services
    *("dimensions", "dimension", "dimensionality", "output_dimension", "output_dimensions", "output_dimensionality"),
    *("embedding_dimensions", "truncate_dim"),
)
Size = Literal[768, 512, 256, 128]
Encoding = Literal["float", "base64", "int8", "uint8", "binary", "ubinary"]
_ENCODING = (
    "`base64` encodes little-endian float32. `int8` scales the largest component to 127; `uint8` adds 128 to that. "
    "`binary` and `ubinary` pack sign bits, 8 per number."
)
_END_OR_ERROR = "`end`, the default: truncate texts that are too long, and list them in a header. `error`: reject them."
_START = "the model keeps the beginning of a text and can't cut it off; send the end alone, or truncate END."
# What others send for the two choices.
_TRUNCATE = {True: "end", False: "error", "end": "end", "right": "end", "error": "error", "none": "error"}
_TRUNCATE |= {"true": "end", "false": "error"}


def truncation(value: object) -> object:
    """Return "end" or "error" for a boolean and for the words of others. Raises a ValueError for the start."""
    word = lower(value) if isinstance(value, str) else value
    if word in ("start", "left"):
        raise ValueError(f"{str(value)[:10]} is not possible: {_START}")
    return _TRUNCATE.get(word, value) if isinstance(word, str | bool) else value


def as_boolean(value: object) -> object:
    """Return whether texts are truncated, for the words of others. Raises a ValueError for the start."""
    found = truncation(value)
    return {"end": True, "error": False}.get(found, value) if isinstance(found, str) else value


def whole(value: object) -> object:
    """Return a size that is written as 256.0 or "256" as an integer, and None for 0, which asks for none."""
    if type(value) in (int, float) and value == 0:
        return None
    if isinstance(value, str):
        return next((size for size in SIZES if str(size) == value), value)
    return int(value) if isinstance(value, float) and value in SIZES else value


def encoding(value: object) -> object:
    """Return an encoding in lower case. A list of one stands for the one."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return lower(value) if isinstance(value, str) else value


# `extra` of a field that takes other names of tasks
TASK: dict[str, Any] = {EQUAL: tasks.equal, EVERYWHERE: True, ALSO: tasks.FIELDS}
Truncate = Annotated[Literal["end", "error"] | None, Meta(description=_END_OR_ERROR, extra={EQUAL: truncation})]
_TITLE = Meta(description="Part of the document prompt: one, or one per text.")
SIZE: dict[str, Any] = {EQUAL: whole, ALSO: _NAMES_OF_SIZE}  # `extra` of a field with the size
_SIZE = Meta(description="Size of the vectors: truncated and renormalised.", extra=SIZE)
Dimensions = Annotated[Size | None, _SIZE]


class OutputFormat(Struct, frozen=True):
    """The format of the vectors: dimensions and encoding."""

    dimensions: int = DIMENSIONS
    encoding: str = "float"


MODEL_DIGITS = OutputFormat()  # the model's own digits, unchanged
FLOATS = OutputFormat(encoding="float32")  # what the index takes


class PromptOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """The prompt of the texts, and what happens to texts that are too long."""

    task: Annotated[Task | None, Meta(description="The prompt of every text.", extra=TASK)] = None
    input_type: Annotated[Task | None, Meta(description="Another name for `task`.", extra=TASK)] = None
    prompt_name: Annotated[Task | None, Meta(description="Another name for `task`.", extra=TASK)] = None
    title: Annotated[str | list[str] | None, _TITLE] = None
    truncate: Truncate = None

    def asks_to_truncate(self) -> str:
        """Return the field and the value with which this API asks for truncation, for an error message."""
        return '"truncate": "end"'


class EmbedOptions(PromptOptions, kw_only=True):
    """The prompt, and the format of the vectors."""

    dimensions: Dimensions = None
    encoding_format: Annotated[Encoding | None, Meta(description=_ENCODING, extra={EQUAL: encoding})] = None

    def output(self) -> OutputFormat:
        return OutputFormat(self.dimensions or DIMENSIONS, self.encoding_format or "float")
