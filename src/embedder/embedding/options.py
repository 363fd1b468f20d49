"""What a request may choose about its vectors: the prompt, the size and the encoding."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from embedder.embedding.prompts import Task
from embedder.settings import DIMENSIONS

Size = Literal[768, 512, 256, 128]  # Matryoshka sizes (model card)
Encoding = Literal["float", "base64", "int8", "uint8", "binary", "ubinary"]
_ENCODING = (
    "`base64` encodes little-endian float32. `int8` scales the largest component to 127; `uint8` adds 128 to that. "
    "`binary` and `ubinary` pack sign bits, 8 per number."
)
_END_OR_ERROR = "`end`, the default: truncate texts that are too long, and list them in a header. `error`: reject them."
Truncate = Annotated[Literal["end", "error"] | None, Meta(description=_END_OR_ERROR)]
_TITLE = Meta(description="Part of the document prompt: one, or one per text.")


class OutputFormat(Struct, frozen=True):
    """The format of the vectors: dimensions and encoding."""

    dimensions: int = DIMENSIONS
    encoding: str = "float"


MODEL_DIGITS = OutputFormat()  # the model's own digits, unchanged
FLOATS = OutputFormat(encoding="float32")  # what the index takes


class PromptOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """The prompt of the texts, and what happens to texts that are too long."""

    task: Annotated[Task | None, Meta(description="The prompt of every text.")] = None
    input_type: Annotated[Task | None, Meta(description="Another name for `task`.")] = None
    prompt_name: Annotated[Task | None, Meta(description="Another name for `task`.")] = None
    title: Annotated[str | list[str] | None, _TITLE] = None
    truncate: Truncate = None

    def asks_to_truncate(self) -> str:
        """Return the field and the value with which this API asks for truncation, for an error message."""
        return '"truncate": "end"'


class EmbedOptions(PromptOptions, kw_only=True):
    """The prompt, and the format of the vectors."""

    dimensions: Annotated[Size | None, Meta(description="Size of the vectors: truncated and renormalised.")] = None
    encoding_format: Annotated[Encoding | None, Meta(description=_ENCODING)] = None

    def output(self) -> OutputFormat:
        return OutputFormat(self.dimensions or DIMENSIONS, self.encoding_format or "float")
