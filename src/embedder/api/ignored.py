"""Fields that an API does not have: which of them are ignored, and how an answer names them.

Other services ignore what they don't know, and so do their APIs here. A field that chooses other vectors, or another
result of a search, is never ignored: its caller would get something else without a word.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import quote

from embedder.embedding.options import truncation
from embedder.errors import invalid
from embedder.names import tasks
from embedder.names.adaptation import lower
from embedder.settings import DIMENSIONS, MODEL_TOKENS

HEADER = "x-embedding-ignored"
MAX_NAMES = 20
MAX_FIELDS = 10_000  # each takes microseconds to look up
MAX_HEADER_BYTES = 1_000
_MAX_NAME_CHARS = 64
_INDEX = re.compile(r"\[\d+\]")


class _Choice(NamedTuple):
    """Names of fields, values of them that choose what the service does anyway, and what to do instead."""

    names: str
    is_default: Callable[[object], bool]
    advice: str


def _never(_: object) -> bool:
    return False


def _is_no_limit(value: object) -> bool:
    """Return whether a number of tokens cuts nothing off that the model reads."""
    return isinstance(value, int) and (value is not True) and (value == -1 or value >= MODEL_TOKENS)


def _cuts_the_end(value: object) -> bool:
    try:
        return value in ("truncate", "drop_end") or truncation(value) == "end"
    except ValueError:
        return False


def _is_float(value: object) -> bool:
    values = value[:MAX_NAMES] if isinstance(value, list) else [value]
    return all(isinstance(item, str) and lower(item) in ("float", "float32", "fp32", "dense") for item in values)


_CHOICES = (
    _Choice(
        f"{' '.join(tasks.FIELDS)} prompt_type query_type is_query",
        _never,
        "name the task in the model: embeddinggemma-300m:search_query",
    ),
    _Choice(
        "prompt prompts instruction instructions instruct query_instruction document_instruction text_instruction "
        "query_instruction_for_retrieval text_instruction_for_retrieval task_instruction task_description "
        "embed_instruction prefix query_prefix document_prefix passage_prefix suffix system system_prompt query_prompt "
        "document_prompt passage_prompt custom_instruction user_instruction template prompt_template chat_template "
        "embedding_prompt",
        _never,
        "the prompts are those of the model; name a task, or write the prompt into the text",
    ),
    _Choice(
        "dimensions dimension dimensionality dim dims ndims embedding_dimensions embedding_dimension embedding_dim "
        "embedding_size output_dimensions output_dimension output_dim output_dimensionality output_size vector_size "
        "truncate_dim matryoshka_dim matryoshka_dimensions size",
        lambda value: value == DIMENSIONS and not isinstance(value, bool),
        "this route has no such field; see docs/compatibility.md for its name",
    ),
    _Choice(
        "encoding encoding_format encoding_type encoding_types output_dtype output_type output_types output_format "
        "output_encoding dtype embed_dtype embedding_type embedding_types embedding_format response_encoding "
        "vector_type quantization precision",
        _is_float,
        "this route has no such field; see docs/compatibility.md for its name",
    ),
    _Choice("endianness", lambda value: value in ("native", "little"), "base64 is little-endian"),
    _Choice(
        "normalize normalise normalized normalised normalize_embeddings do_normalize embd_normalize normalize_l2 "
        "l2_normalize normalization use_activation",
        lambda value: value is True or value in (2, "l2", "L2"),  # 2: Euclidean, of llama.cpp
        "vectors always have length 1",
    ),
    _Choice(
        "truncate truncation truncation_direction truncation_side truncation_strategy truncation_mode truncate_mode "
        "auto_truncate long_text_mode overflow_strategy",
        _cuts_the_end,
        "this route can't choose what happens to texts that are too long: their end is cut off",
    ),
    _Choice(
        "max_tokens max_length max_input_length max_input_tokens max_seq_length truncate_prompt_tokens "
        "truncate_input_tokens num_ctx max_tokens_per_text max_tokens_per_doc max_tokens_per_document",
        _is_no_limit,
        f"a text is read up to {MODEL_TOKENS} tokens; shorten it yourself",
    ),
    _Choice(
        "pooling pooling_type pooling_strategy pooling_method pooling_mode",
        lambda value: isinstance(value, str) and lower(value) == "mean",
        "the model has mean pooling",
    ),
    _Choice("add_special_tokens", lambda value: value is True, "the model always has its special tokens"),
    _Choice(
        "return_multivector multi_vector return_sparse sparse return_colbert_vecs sparse_embedding late_interaction "
        "return_token_embeddings return_logits output_value",
        lambda value: value in (False, "sentence_embedding"),
        "the model has one dense vector per text",
    ),
    _Choice(
        "image images image_url image_urls video videos audio media multimodal messages documents chunks inline_data "
        "file_data input_image modality mime_type document_ocr audio_track_extraction",
        lambda value: value in (False, "text", "text/plain"),
        "the model reads text alone",
    ),
    _Choice(
        "adapter adapter_id adapter_name lora lora_id lora_name embedding_model model_name model_id model_version "
        "revision",
        _never,
        "the service has one model; name it in the field or the path of this route",
    ),
    _Choice(
        "query contexts requests queue_request",
        lambda value: value is False,
        "this route embeds texts, and answers at once",
    ),
    _Choice("title titles", _never, "this route has no titles; see docs/compatibility.md for those that have"),
    _Choice(
        "filter filters where namespace top_k limit offset min_score score_threshold threshold include_values "
        "include_metadata sparse_vector sparse_values rerank",
        _never,
        "this route has no such field",
    ),
)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


_BY_NAME = {_plain(name): choice for choice in _CHOICES for name in choice.names.split()}
# Objects whose members say nothing about the vectors: labels of a request, and what routers choose a provider by.
_LABELS = frozenset("metadata litellmmetadata labels tags attributes headers extraheaders provider".split())


def _reject_choice(path: str, name: str, value: object) -> None:
    choice = _BY_NAME.get(_plain(name))
    if choice and value not in (None, "", [], {}) and not choice.is_default(value):
        raise invalid(f"{path} would change the answer, so it is not ignored: {choice.advice}.", path)


class Ignored:
    """Collects the unknown fields of one request: decoding calls it with the path and the value of each."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}
        self._count = 0

    def __call__(self, path: str, value: object) -> None:
        """Ignore a field, or raise `invalid_request` if it, or a member of it, chooses what this API can't do."""
        self._tally(1)
        waiting = [(path[:_MAX_NAME_CHARS], path.rpartition(".")[2][:_MAX_NAME_CHARS], value)]
        while waiting:
            shown, name, part = waiting.pop()
            _reject_choice(shown, name, part)
            if isinstance(part, dict) and _plain(name) not in _LABELS:
                self._tally(len(part))
                parent = shown[:_MAX_NAME_CHARS]
                waiting.extend((f"{parent}.{(key := member[:_MAX_NAME_CHARS])}", key, part[member]) for member in part)
        if len(self._names) < MAX_NAMES:
            self._names[_INDEX.sub("[]", path[:_MAX_NAME_CHARS])] = None

    def _tally(self, fields: int) -> None:
        self._count += fields
        if self._count > MAX_FIELDS:
            raise invalid(f"The body has over {MAX_FIELDS:,} unknown fields; remove them.")

    def add(self, names: Iterable[str]) -> None:
        """Name fields that the API has, and that changed nothing."""
        self._names.update(dict.fromkeys(names))

    def headers(self) -> dict[str, str]:
        """Return the header that names the ignored fields, if there are any."""
        return {HEADER: joined(self._names)} if self._names else {}


def joined(names: Iterable[str]) -> str:
    """Return names as a header value. Characters outside ASCII, and those with a meaning there, are percent-encoded."""
    text = ""
    for name in names:
        part = quote(name, safe="[]$.@")
        if len(text) + len(part) > MAX_HEADER_BYTES - 2:
            break
        text += f", {part}" if text else part
    return text
