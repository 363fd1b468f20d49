"""The options that every embedding request shares, and what they come to. No I/O."""

from typing import Annotated, Any

import msgspec

from embedder import prompts
from embedder.errors import BatchTooLargeError, InvalidRequestError
from embedder.model import Plan
from embedder.service import Service
from embedder.settings import DIMENSIONS, MAX_TEXTS_PER_CALL, SIZES
from embedder.vectors import ENCODINGS, FLOAT, Form

END = "end"
ERROR = "error"


def _one_of(*values: object, description: str) -> msgspec.Meta:
    return msgspec.Meta(description=description, extra_json_schema={"enum": [*values, None]})


Task = Annotated[str | None, _one_of(*prompts.TASK_VALUES, description="The prompt to put in front of every text.")]
Title = Annotated[
    str | list[str] | None, msgspec.Meta(description="Goes into the document prompt: one, or one per text.")
]
Dimensions = Annotated[int | None, _one_of(*SIZES, description="Length of a vector: cut and renormalised.")]
Encoding = Annotated[str | None, _one_of(*ENCODINGS, description="base64 is that of little-endian float32.")]
Truncate = Annotated[
    str | None, _one_of(END, ERROR, description="end: over-long texts are cut and named in a header. error: refused.")
]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Texts = Annotated[list[Text], msgspec.Meta(extra_json_schema={"minItems": 1, "maxItems": MAX_TEXTS_PER_CALL})]


class PromptOptions(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which prompt goes in front of the texts, and what happens to texts that are too long."""

    task: Task = None
    input_type: Task = None
    prompt_name: Task = None
    title: Title = None
    truncate: Truncate = None


class EmbedOptions(PromptOptions, kw_only=True):
    """The prompt, and the form of the vectors."""

    dimensions: Dimensions = None
    encoding_format: Encoding = None


def text_list(value: str | list[str], *, param: str, limit: int) -> list[str]:
    """Return the texts of a request as a list; an error names the limit of `limit` texts."""
    texts = [value] if isinstance(value, str) else value
    if not texts:
        raise InvalidRequestError(f"{param} holds no text; send 1 to {limit}.", param=param)
    if len(texts) > limit:
        raise BatchTooLargeError(f"{param} holds {len(texts)} texts; the limit is {limit} a request.", param=param)
    return texts


def task_of(options: PromptOptions, *, default: str | None = None) -> str | None:
    """Return the task that was asked for under any of its names; `default` if under none."""
    asked = {
        name: prompts.resolve(value, param=name)
        for name in ("task", "input_type", "prompt_name")
        if (value := getattr(options, name)) is not None
    }
    if len(set(asked.values())) > 1:
        raise InvalidRequestError(
            f"{' and '.join(asked)} ask for different tasks; send one of them.", param=[*asked][1]
        )
    return next(iter(asked.values()), default)


def plan(service: Service, texts: list[str], options: PromptOptions, *, param: str, task: str | None = None) -> Plan:
    """Return the plan for `texts`; `task` is the one to use when the options name none."""
    check(options.truncate, (END, ERROR), "truncate")
    return service.plan(
        texts,
        task=task_of(options, default=task),
        titles=options.title,
        refuse_long=options.truncate == ERROR,
        param=param,
    )


def form_of(options: EmbedOptions) -> Form:
    """Return the form in which the vectors are wanted."""
    check(options.dimensions, SIZES, "dimensions")
    check(options.encoding_format, ENCODINGS, "encoding_format")
    return Form(options.dimensions or DIMENSIONS, options.encoding_format or FLOAT)


def check(value: Any, allowed: tuple[Any, ...], param: str) -> None:  # noqa: ANN401
    """Raise InvalidRequestError for a value that is none of those allowed; None is one always."""
    if value is not None and value not in allowed:
        choices = ", ".join(map(str, allowed))
        raise InvalidRequestError(f"{param} is {str(value)[:40]}; it must be one of {choices}.", param=param)


def plan_headers(made: Plan) -> dict[str, str]:
    """Return the headers that tell what was done to the texts."""
    headers = {"x-embedding-tokens": f"{made.tokens};estimated"}
    if made.task:
        headers["x-embedding-task"] = made.task
    if made.truncated:
        headers["x-embedding-truncated"] = ",".join(map(str, made.truncated))
    return headers
