"""What the document says about the whole service: address, key, limits, headers and tags."""

from embedder import settings, stored
from embedder.access import scopes
from embedder.embedding import prompts
from embedder.names import tasks
from tools.openapi import agents, compatible, native, servers, tei, vectors

_DEFAULTS = settings.Settings()
_MIB = 1024 * 1024

_PURPOSES = {
    "search_query": "A search, for documents with the task `search_document`.",
    "search_document": "A text that is stored and searched.",
    "question_answering": "A question, for documents that answer it.",
    "fact_verification": "A statement, for documents that support or refute it.",
    "classification": "Texts that are sorted into known classes.",
    "clustering": "Texts that are grouped.",
    "semantic_similarity": "Texts that are compared with each other. Not for a search.",
    "code_retrieval": "A description, for code with the task `search_document`.",
}


def _tasks() -> str:
    """Return the rows of all tasks with their prompts."""
    rows = [(task, _PURPOSES[task], prompts.apply(task, ["TEXT"])[0].replace("|", "\\|")) for task in tasks.TASKS]
    return "\n".join(f"| `{task}` | {purpose} | `{prompt}` |" for task, purpose, prompt in rows)


DESCRIPTION = f"""\
Text to EmbeddingGemma-300M vectors, which can be stored and searched in Vectorize. The native API has every option.
Clients of OpenAI, Azure, Voyage, Cloudflare, Cohere, Google and Ollama work with only the base URL and the key changed.

## Base URL

ADDRESS is the address of the service.

| client | base URL |
|---|---|
| HTTP, the native API | `ADDRESS` |
| OpenAI, Voyage | `ADDRESS/v1` |
| Azure, Cohere, Google, Ollama | `ADDRESS` |
| Cloudflare | `ADDRESS/client/v4` |
| agents (MCP) | `ADDRESS/mcp` |

## Key

Send the header `Authorization: Bearer KEY`. The operator of the service gives out the keys. `api-key`,
`x-goog-api-key` and `x-api-key`, which other clients send, work as well, and on Google's routes the query parameter
`key`. Without a valid key, the status is 401. A service on your own machine (`make dev`) needs no key.

## Tasks

The model was trained with a prompt for each purpose, and the field `task` adds it. Without a task, a text is sent as it
is, except that a search gets the prompt `search_query`, a document `search_document`, and a comparison
`semantic_similarity`. The part of a model name after a colon is a task as well: `embeddinggemma-300m:search_query`.

| task | for | prompt |
|---|---|---|
{_tasks()}

`query` and `document` are short for `search_query` and `search_document`.

## Limits

| what | limit |
|---|---|
| texts of a request | {settings.MAX_TEXTS_PER_CALL}; {settings.MAX_TEXTS:,} on the routes of other APIs |
| tokens of a text | {_DEFAULTS.max_text_tokens:,} with the prompt, estimated. A longer text is truncated and listed in\
 `x-embedding-truncated`, or rejected with `"truncate": "error"` |
| body of a request | {_DEFAULTS.max_body_bytes // _MIB} MiB; {settings.MAX_JSON_DEPTH} levels and\
 {settings.MAX_JSON_VALUES:,} values of JSON |
| time of a request | {_DEFAULTS.deadline_s} s, and up to {_DEFAULTS.wait_s} s more with `"wait": true` |
| documents of `PUT /vectors` | {stored.MAX_VECTORS:,} |
| ids to get, to delete | {stored.MAX_GET_IDS}, {stored.MAX_VECTORS:,} |
| an id, a namespace | 1 to {stored.MAX_ID_BYTES} bytes, 1 to {scopes.MAX_NAMESPACE_BYTES} bytes |
| metadata with the kept text | {stored.MAX_METADATA_BYTES // 1024} KiB of JSON |
| matches of a search | {stored.MAX_TOP_K}; {stored.MAX_TOP_K_FULL} with `values` or all metadata, the default |
| filter of a search | {stored.MAX_FILTER_BYTES:,} bytes of JSON |
| requests in a time | set by the operator for each key. Over it, the status is 429, with `retry-after` |

The operator can change the limits of tokens, body and time.

## Headers of a response

| header | meaning |
|---|---|
| `x-request-id` | the id of the request, as the operator's log has it. A request may bring its own |
| `x-embedding-task` | the task whose prompt the texts got |
| `x-embedding-tokens` | estimated tokens of the texts with their prompts |
| `x-embedding-truncated` | indexes of the texts that were truncated, as in `1,4-7`; cut off with `...` at 4 KB |
| `x-embedding-ignored` | fields of the request that the service does not have, on the APIs of other services |
| `retry-after` | seconds to wait, with 429 and 503 |
| `server-timing` | milliseconds of the model, and of the whole request |
"""

TAGS = {
    native.EMBEDDINGS: "Vectors and cosines of texts, with every option of the service.",
    native.DOCUMENTS: "Documents are embedded and stored in one call, and found by meaning.",
    compatible.OPENAI: "For the clients of OpenAI, Voyage and Azure, and many others that can call OpenAI.",
    compatible.WORKERS_AI: "For the clients of Cloudflare's REST API. The account in the path may be any string.",
    vectors.VECTORIZE: "For Cloudflare's clients of Vectorize, which send and get vectors of the bound index.",
    compatible.COHERE: "For Cohere's clients, versions 1 and 2 of the API.",
    compatible.GOOGLE: "For the clients of Google's Gemini API.",
    compatible.OLLAMA: "For Ollama's clients.",
    tei.TEI: "For clients of Hugging Face's server text-embeddings-inference.",
    servers.SERVERS: "OpenAI's API at the addresses of Azure AI, OpenRouter, LM Studio, and llama.cpp's own route.",
    agents.MCP: "For agents: the operations as tools of the Model Context Protocol.",
    native.SERVICE: "What the service says about itself.",
}

HEADERS = {
    "x-request-id": ("The id of the request, as the operator's log has it.", "string"),
    "x-embedding-task": ("The task whose prompt the texts got.", "string"),
    "x-embedding-tokens": ("Estimated tokens of the texts with their prompts, such as `13;estimated`.", "string"),
    "x-embedding-truncated": ("Indexes of the texts that were truncated, as in `1,4-7`; at most 4 KB.", "string"),
    "x-embedding-ignored": (
        "Fields of the request that were ignored, as in `drop_params, metadata.x`; at most 20 names.",
        "string",
    ),
    "retry-after": ("Seconds to wait before the next attempt.", "integer"),
}


def headers() -> dict[str, dict[str, object]]:
    """Return the headers as components of the document."""
    return {name: {"description": text, "schema": {"type": kind}} for name, (text, kind) in HEADERS.items()}
