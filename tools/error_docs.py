"""Write the table of error codes in docs/errors.md: `python -m tools.error_docs`.

The codes and their statuses come from the Worker. A test compares the page with the table, and requires an explanation
of every code.
"""

import sys
from pathlib import Path

from embedder.errors import STATUS
from tools.undocumented import UndocumentedError

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"
_BEGIN, _END = "<!-- codes: python -m tools.error_docs -->\n", "<!-- end -->"

# code -> (when it happens, what to do)
EXPLANATIONS = {
    "invalid_json": (
        "The body is empty, is not JSON in UTF-8, or is nested deeper than 64 levels.",
        "Fix the body.",
    ),
    "invalid_request": (
        "A field is missing, unknown, of the wrong type, or over a limit. Or Workers AI or Vectorize rejected the "
        "input. Or the connection broke while the body was sent.",
        "Fix the field that `param` names. Send the request again if the body was incomplete.",
    ),
    "text_too_long": (
        "The request asks to reject texts that are too long, and the estimated tokens of a text exceed "
        "`MAX_TEXT_TOKENS`.",
        "Shorten or split the texts that the message names, or send the field that it names, such as "
        '`"truncate": "end"`.',
    ),
    "unauthorized": (
        "The key is missing, unknown or has expired. The first two get the same answer.",
        "Send `Authorization: Bearer KEY` with a key of the secret `API_KEYS`.",
    ),
    "forbidden": (
        "The key lacks the scope that the message names, or does not reach the namespace of the request. Or an id of "
        "the request is taken by a vector of another namespace.",
        "Use a key with that scope, a namespace that the message lists, or another id. Operator: see `API_KEYS`.",
    ),
    "origin_not_allowed": (
        "A web page of another site called `/mcp` or `make dev`, or `make dev` was called by a name that is not this "
        "machine's.",
        "Operator: add the origin of the page to `CORS_ORIGINS`. `make dev` is `localhost`, `127.0.0.1` or `[::1]`.",
    ),
    "not_found": (
        "The path has no route. Or a search by `id` names a vector that is not stored, or the path another index than "
        "`VECTORIZE_INDEX`.",
        "`/openapi.json` lists the routes. Check the id; a new vector becomes visible after some seconds.",
    ),
    "model_not_found": (
        "The model name, or the task after its colon, is unknown.",
        "`GET /v1/models` lists the names.",
    ),
    "method_not_allowed": (
        "The path exists, but not for this method.",
        "Use a method of the header `allow`.",
    ),
    "request_timeout": (
        "The body did not arrive within `DEADLINE_S`.",
        "Send less at a time, or over a faster connection.",
    ),
    "index_mismatch": (
        "The bound index does not have 768 dimensions.",
        "Operator: create an index with 768 dimensions and the metric cosine, and bind it.",
    ),
    "payload_too_large": (
        "The body, or the arguments of an RPC call, exceed `MAX_BODY_BYTES` or 100,000 JSON values. Or Workers AI "
        "found the request too large (3006).",
        "Send fewer or shorter texts, or fewer vectors or documents.",
    ),
    "batch_too_large": (
        "An array has too many items: 100 texts, 2,048 on the APIs of others, 1,000 documents or "
        "vectors, 100 ids to get, 1,000 to delete.",
        "Split the request.",
    ),
    "unsupported_media_type": (
        "The content type is another one than `application/json` in UTF-8, and none of these: no content type; "
        "`application/x-www-form-urlencoded` and `text/plain`, the defaults of curl and `fetch`, on the routes of "
        "Workers AI and Ollama; `multipart/form-data` and `application/x-ndjson` on Vectorize's `insert` and "
        "`upsert`. All of these except the last are taken only with the header of a key. Or the body is compressed: it "
        "has a `content-encoding`.",
        "Send `content-type: application/json`, and no `content-encoding`.",
    ),
    "rate_limited": (
        "The key, or the address of a caller without a valid key, is over the limit of the binding `RATE_LIMITER`. Or "
        "too many large requests are in progress.",
        "Wait for `retry-after`. Operator: raise the limit in `wrangler.toml`.",
    ),
    "quota_exhausted": (
        "The account has used up its free Workers AI neurons of the day (3036, 4006).",
        "Wait for `retry-after`, which ends at 00:00 UTC. Operator: Workers Paid has no daily end.",
    ),
    "client_disconnected": (
        "The client reset its connection. Only the log has this code.",
        "Nothing.",
    ),
    "internal_error": (
        "A variable of the Worker is invalid, a binding is of another type, `RATE_LIMITER` failed, or the Worker has "
        "a bug.",
        "Operator: find the log line with the `x-request-id` of the answer; `detail` has the cause.",
    ),
    "ai_not_configured": (
        "The request needs the model, and the binding `AI` is missing.",
        "Operator: add `[ai]` to `wrangler.toml`, and deploy.",
    ),
    "queue_not_configured": (
        'The request has `"queue": true`, and no queue is bound.',
        "Operator: [add the queues](scale.md#a-queue-in-front) to `wrangler.toml`, and deploy.",
    ),
    "vectorize_not_configured": (
        "The request needs an index, and none is bound.",
        "Operator: add `[[vectorize]]` to `wrangler.toml`, and deploy.",
    ),
    "upstream_error": (
        "Workers AI or Vectorize failed, or the connection to it broke. Calls of the model were retried, except for "
        "codes that only the operator can fix: 5007, 3042, 3023, 5016, 5018, 5035, 3041.",
        "Try again later. Operator: look up the code in the message.",
    ),
    "upstream_invalid": (
        "The model did not return one vector of 768 finite numbers per text, or Vectorize returned something "
        "unexpected: vectors that were not asked for, or scores that are no cosines.",
        "Try again. Operator: if it stays, run `embedder doctor`. The metric of the index must be cosine.",
    ),
    "upstream_busy": (
        "Workers AI had no capacity, also in the retries (3040, 2018), or Vectorize limits the rate of writes (40041), "
        "or the queue takes no more messages at the moment.",
        "Wait for `retry-after`, and send the rest again.",
    ),
    "auth_not_configured": (
        "No keys are configured, and `AUTH` is not `off`.",
        "Operator: set the secret `API_KEYS`.",
    ),
    "upstream_timeout": (
        "Workers AI or Vectorize did not answer within `DEADLINE_S`, or Workers AI reported a timeout (3007, 3008).",
        "Try again with fewer texts. Operator: raise `DEADLINE_S` if requests of that size are expected.",
    ),
}


def explanation(code: str) -> tuple[str, str]:
    """Return when a code occurs, and what to do. Raises UndocumentedError."""
    if code not in EXPLANATIONS:
        raise UndocumentedError(
            f"The error code {code} has no explanation; add one to EXPLANATIONS in tools/error_docs.py."
        )
    return EXPLANATIONS[code]


def table() -> str:
    """Return the table of all codes. Raises UndocumentedError."""
    rows = [f"| `{code}` | {status} | {' | '.join(explanation(code))} |\n" for code, status in STATUS.items()]
    return "".join(["| code | status | when | what to do |\n|---|---|---|---|\n", *rows])


def filled(page: str) -> str:
    """Return the page with the present table."""
    before, rest = page.split(_BEGIN)
    return before + _BEGIN + table() + _END + rest.split(_END, 1)[1]


if __name__ == "__main__":
    try:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    except UndocumentedError as error:
        sys.exit(str(error))
