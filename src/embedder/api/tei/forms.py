"""The requests and answers of TEI.

Source: TEI's OpenAPI document, version 1.9.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from embedder.embedding.options import TASK, Dimensions, PromptOptions, as_boolean
from embedder.errors import invalid
from embedder.names.adaptation import EQUAL
from embedder.names.tasks import Task
from embedder.operations.requests import ManyTexts, Text
from embedder.settings import MAX_TEXTS, MODEL_TOKENS


class Sentences(Struct, forbid_unknown_fields=True):
    """A sentence, and those that it is compared with."""

    source_sentence: Annotated[Text, Meta(description="The sentence that is compared with the others.")]
    sentences: Annotated[
        list[Text],
        Meta(min_length=1, max_length=MAX_TEXTS, description=f"Up to {MAX_TEXTS:,} sentences."),
    ]


class TeiOptions(Struct, forbid_unknown_fields=True, kw_only=True):
    """The prompt, and what happens to texts that are too long."""

    truncate: Annotated[
        bool | None,
        Meta(
            description="True, the default: truncate texts that are too long. False: reject them.",
            extra={EQUAL: as_boolean},
        ),
    ] = None
    truncation_direction: Annotated[
        Literal["Right", "right", "Left", "left"] | None,
        Meta(description="`Right`. The model reads the beginning of a text, so `Left` is rejected."),
    ] = None
    prompt_name: Annotated[
        Task | None,
        Meta(description="A prompt of the model's configuration, or a task. Default: no prompt.", extra=TASK),
    ] = None

    def options(self) -> PromptOptions:
        """Return the options of the service that mean the same."""
        if self.truncation_direction in ("Left", "left") and self.truncate is not False:
            message = "truncation_direction Left: the model reads the beginning of a text, so its end is cut off. "
            raise invalid(message + "Leave it out, or send truncate false.", "truncation_direction")
        return _Options(task=self.prompt_name, truncate="error" if self.truncate is False else None)


class _Options(PromptOptions):
    def asks_to_truncate(self) -> str:
        return '"truncate": true'


class TeiParameters(TeiOptions, kw_only=True):
    """The options, and the vectors of an answer."""

    normalize: Annotated[
        bool | None, Meta(description="The vectors always have length 1. The answer names false as ignored.")
    ] = None
    dimensions: Dimensions = None
    encoding_format: Annotated[Literal["float"] | None, Meta(description="The answer has numbers.")] = None


class TeiRequest(TeiParameters, kw_only=True):
    """Texts to embed. On `/`, an object with `source_sentence` and `sentences` is compared instead."""

    inputs: Annotated[
        Text | ManyTexts | Sentences,
        Meta(description=f"The text, or up to {MAX_TEXTS:,} texts. Token ids are rejected."),
    ]
    parameters: Annotated[
        TeiParameters | None, Meta(description="Another place for the options, that of Hugging Face's hosted API.")
    ] = None


class SimilarityRequest(TeiOptions, kw_only=True):
    """Compares a sentence with others."""

    inputs: Annotated[Sentences, Meta(description="A sentence, and those that it is compared with.")]
    parameters: Annotated[TeiOptions | None, Meta(description="The options, also accepted beside `inputs`.")] = None


def chosen(request: TeiOptions, parameters: TeiOptions | None) -> TeiOptions:
    """Return what a request chooses, of which each value may stand beside `inputs` or in `parameters`."""
    for name in parameters.__struct_fields__ if parameters else ():
        outside, inside = getattr(request, name), getattr(parameters, name)
        if None not in (outside, inside) and outside != inside:
            raise invalid(f"{name} and parameters.{name} differ; send one of them.", f"parameters.{name}")
        setattr(request, name, outside if inside is None else inside)
    return request


Vectors = list[list[float] | float]  # one vector per text, one cosine per sentence, or the vector of a hosted text


class Pooling(Struct):
    """How the model makes one vector of its tokens."""

    pooling: Annotated[str, Meta(description="The mean of the tokens.")] = "mean"


class ModelType(Struct):
    """The kind of the model."""

    embedding: Annotated[Pooling, Meta(description="A model for embeddings.")] = msgspec.field(default_factory=Pooling)


class Info(Struct):
    """What a server of TEI says about itself. What this service does not have is null, or TEI's default."""

    model_id: Annotated[str, Meta(description="The name of the model at Hugging Face.")] = "google/embeddinggemma-300m"
    model_sha: Annotated[str | None, Meta(description="Unknown, as Workers AI does not say it.")] = None
    served_model_name: Annotated[str, Meta(description="The name in answers of `/v1/embeddings`.")] = (
        "embeddinggemma-300m"
    )
    model_dtype: Annotated[str, Meta(description="The type of the numbers in an answer.")] = "float32"
    model_type: Annotated[ModelType, Meta(description="The kind of the model.")] = msgspec.field(
        default_factory=ModelType
    )
    max_concurrent_requests: Annotated[int, Meta(description="TEI's default; this service has no such limit.")] = 512
    max_input_length: Annotated[int, Meta(description="Tokens of a text that the model reads.")] = MODEL_TOKENS
    max_batch_tokens: Annotated[int, Meta(description="Tokens of a request.")] = MODEL_TOKENS * MAX_TEXTS
    max_batch_requests: Annotated[int | None, Meta(description="Not limited.")] = None
    max_client_batch_size: Annotated[int, Meta(description="Texts of a request.")] = MAX_TEXTS
    auto_truncate: Annotated[bool, Meta(description="Texts that are too long are truncated.")] = True
    tokenization_workers: Annotated[int, Meta(description="Always 1.")] = 1
    version: Annotated[str, Meta(description="The version of this service.")] = "0.1.0"
    sha: Annotated[str | None, Meta(description="Always null.")] = None
    docker_label: Annotated[str | None, Meta(description="Always null.")] = None
