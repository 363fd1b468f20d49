"""The local emulator of Workers AI: the schema, the error codes and the messages of the embedding model.

For tests of callers, a text that starts with `fault:` makes the call fail (see `Fault`).
"""

import re
from typing import Any

import msgspec

from emulator import lexical

MODEL = "@cf/google/embeddinggemma-300m"
MAX_TEXTS = 100
MAX_TAGS, MAX_TAG_CHARS = 5, 50  # of a call (workers-types, AiOptions)
JSON = "application/json"
_TAG = re.compile(r"[A-Za-z0-9:./@-]+")
# Guesses: what the service answers to no texts, and to invalid tags, is not published.
_GUESSED_EMPTY = 3010
_GUESSED_TAGS = 3003

# code -> (HTTP status, sentence). Source: Workers AI, "Errors" page.
ERRORS: dict[int, tuple[int, str]] = {
    2018: (429, "Rate limited by AI Gateway"),
    3003: (400, "Invalid data or bad input"),
    3006: (413, "Request is too large"),
    3007: (408, "Request timeout"),
    3008: (408, "Request was aborted"),
    3010: (400, "Invalid or incomplete input"),
    3023: (403, "Unauthorized model access"),
    3030: (400, "Bad input"),
    3036: (429, "You have used up your daily free allocation of 10,000 neurons"),
    3040: (429, "Capacity temporarily exceeded, please try again."),
    3041: (403, "Account blocked"),
    3042: (404, "No such model"),
    4006: (429, "you have used up your daily free allocation of 10,000 neurons"),
    5004: (400, "Invalid data type for base64 input"),
    5006: (400, "Invalid input"),
    5007: (400, "No such model or task"),
    5016: (403, "Model agreement required"),
    5018: (403, "Account not allowed"),
    5035: (403, "Model not allowed"),
}


class Reply(msgspec.Struct, frozen=True):
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = JSON


class Fault(msgspec.Struct, frozen=True):
    """A fault requested with `fault:KIND[:NUMBER]`: a code, or slow, malformed, short, zeros, nan, html."""

    kind: str
    number: int


def texts_of(inputs: Any) -> list[str] | str:  # noqa: ANN401
    """Return the texts of a valid input, or the error message of the schema."""
    if not isinstance(inputs, dict) or "text" not in inputs:
        return "required properties at '/' are 'text'"
    extra = sorted(str(key) for key in inputs if key != "text")
    if extra:
        return f"Additional or unevaluated properties '/{extra[0]}' at '/' not allowed"
    value = inputs["text"]
    texts = value if isinstance(value, list) else [value]
    if len(texts) > MAX_TEXTS:
        return f"Length of '/text' must be <= {MAX_TEXTS} not met"
    for index, text in enumerate(texts):
        path = f"/text/{index}" if isinstance(value, list) else "/text"
        if not isinstance(text, str):
            return f"Type mismatch of '{path}', '{_json_type(text)}' not in 'string'"
        if not text:
            return f"Length of '{path}' must be >= 1 not met"
    return texts


def check(model: str, inputs: Any, tags: Any = None) -> tuple[list[str], Reply | None]:  # noqa: ANN401
    """Return the texts of a call, or the reply that rejects it."""
    if model != MODEL:
        return [], error(5007, f"No such model {model} or task")
    texts = texts_of(inputs)
    if isinstance(texts, str):
        return [], error(5006, f"Error: {texts}")
    if not texts:
        return [], error(_GUESSED_EMPTY, "Invalid or incomplete input for the model: no texts")
    fault = fault_of_tags(tags)
    return (texts, None) if fault is None else ([], error(_GUESSED_TAGS, fault))


def fault_of_tags(tags: Any) -> str | None:  # noqa: ANN401
    """Return what is wrong with the option `tags`."""
    if tags is None:
        return None
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return "tags must be a list of strings"
    if len({*tags}) > MAX_TAGS:
        return f"at most {MAX_TAGS} tags are allowed"
    if any(len(tag) > MAX_TAG_CHARS or not _TAG.fullmatch(tag) for tag in tags):
        return f"a tag must have 1 to {MAX_TAG_CHARS} letters, digits or signs of :-./@"
    return None


def error(code: int, message: str | None = None) -> Reply:
    """Return the error answer for a code."""
    status, sentence = ERRORS.get(code, (500, "Internal error"))
    text = message or sentence
    body = {"internalCode": code, "name": "AiError", "message": f"{code}: {text}", "description": text}
    return Reply(status, msgspec.json.encode(body))


def thrown(reply: Reply) -> str:
    """Return the message that the binding class throws for an error answer, as in `cloudflare-internal:ai-api`."""
    try:
        found = msgspec.json.decode(reply.body)
        return f"{found['internalCode']}: {found['description']}"
    except (msgspec.DecodeError, KeyError, TypeError):
        return reply.body.decode()


def fault_of(texts: list[str]) -> Fault | None:
    """Return the first fault requested by a text."""
    for text in texts:
        words = lexical.content(text).split()
        if words and words[0].startswith("fault:"):
            _, kind, *rest = words[0].split(":")
            number = kind if kind.isdigit() else (rest[0] if rest and rest[0].isdigit() else "0")
            return Fault("code" if kind.isdigit() else kind, int(number))
    return None


def answer(rows: list[Any]) -> Reply:
    """Return the model's answer with these rows."""
    return Reply(200, msgspec.json.encode({"shape": [len(rows), lexical.DIMENSIONS], "data": rows}))


def broken(reply: Reply, fault: Fault) -> Reply:
    """Return `reply` with this fault."""
    match fault.kind:
        case "code":
            return error(fault.number)
        case "malformed":
            return Reply(200, reply.body[: len(reply.body) // 2])
        case "short":
            return answer(msgspec.json.decode(reply.body)["data"][:-1])
        case "zeros":
            return answer([[0.0] * lexical.DIMENSIONS for _ in msgspec.json.decode(reply.body)["data"]])
        case "nan":
            return Reply(200, reply.body.replace(b"[[", b"[[NaN,", 1))
        case "html":
            return Reply(fault.number or 502, b"<html><body>Bad gateway</body></html>", "text/html")
    return reply


def _json_type(value: Any) -> str:  # noqa: ANN401
    names = {bool: "boolean", int: "number", float: "number", list: "array", dict: "object", str: "string"}
    return names.get(type(value), "null")
