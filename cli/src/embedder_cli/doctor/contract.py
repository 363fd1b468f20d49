"""Checks of what the service itself does: keys, forms of vectors, dialects, errors, the index."""

from embedder_cli.doctor import figures
from embedder_cli.doctor.endpoint import Endpoint
from embedder_cli.doctor.maths import from_base64, is_unit, length, same
from embedder_cli.doctor.results import Result, Status, verdict

_WRONG_KEY = "a-key-that-nobody-was-given"
_ERROR_KEYS = {"message", "type", "param", "code"}


def reachable(endpoint: Endpoint) -> Result:
    answer = endpoint.send("GET", "/health")
    healthy = answer.status == 200 and answer.body == {"status": "ok"}
    return verdict("reachable", healthy, f"Healthy, {answer.ms:.0f} ms.", f"GET /health answered {answer.sentence()}")


def authentication(endpoint: Endpoint) -> Result:
    """A wrong key is refused where keys are wanted, and the right one is not."""
    check = "authentication"
    wrong = endpoint.send("GET", "/v1/models", key=_WRONG_KEY)
    if wrong.status == 200:
        return Result(check, Status.NOTE, "Off: anyone who reaches this address may call it.")
    if wrong.status != 401:
        return verdict(check, False, f"A wrong key was answered {wrong.sentence()}")
    if "www-authenticate" not in wrong.headers:
        return verdict(check, False, "The refusal of a wrong key lacks the header www-authenticate.")
    if not endpoint.key:
        return verdict(check, False, "Keys are wanted: give one with --key or EMBEDDER_KEY.")
    own = endpoint.send("GET", "/v1/models")
    return verdict(check, own.status == 200, "A wrong key is refused, yours is not.", f"Your key: {own.sentence()}")


def normalised(endpoint: Endpoint) -> Result:
    """Every size has its number of numbers and unit length."""
    found = {size: endpoint.embed([figures.QUESTION], dimensions=size)[0] for size in figures.SIZES}
    wrong = [size for size, vector in found.items() if len(vector) != size or not is_unit(vector)]
    return verdict(
        "normalised",
        not wrong,
        f"Unit length at {', '.join(map(str, figures.SIZES))}.",
        f"Not of unit length, or not of the size asked for: {', '.join(map(str, wrong))}.",
        lengths={size: round(length(vector), 6) for size, vector in found.items()},
    )


def base64_equals_float(endpoint: Endpoint) -> Result:
    texts = [figures.QUESTION, figures.ANSWER]
    floats = endpoint.openai(texts, dimensions=256)
    encoded = endpoint.openai(texts, dimensions=256, encoding_format="base64")
    good = all(
        isinstance(text, str) and same(row, from_base64(text)) for row, text in zip(floats, encoded, strict=True)
    )
    return verdict("base64", good, "base64 holds the same numbers as float.", "base64 and float differ.")


def openai_equals_native(endpoint: Endpoint) -> Result:
    texts = [figures.QUESTION, figures.ANSWER]
    pairs = zip(endpoint.embed(texts), endpoint.openai(texts), strict=True)
    good = all(same(native, other) for native, other in pairs)
    return verdict("dialects", good, "The OpenAI route gives the native vectors.", "/v1/embeddings and /embed differ.")


def errors(endpoint: Endpoint) -> Result:
    """A 400 names its field, a 405 what is allowed, and every error has the four keys."""
    bad = endpoint.send("POST", "/embed", {"text": ["fine", 5]})
    missing = endpoint.send("GET", "/no-such-route")
    method = endpoint.send("DELETE", "/embed")
    faults = [
        f"{answer.status} lacks its keys" for answer in (bad, missing, method) if set(answer.error()) != _ERROR_KEYS
    ]
    if (bad.status, bad.error().get("param")) != (400, "text[1]"):
        faults.append(f"a number among the texts was answered {bad.status}, without its place")
    if missing.status != 404:
        faults.append(f"a path that does not exist was answered {missing.status}")
    if method.status != 405 or "POST" not in method.headers.get("allow", ""):
        faults.append(f"DELETE /embed was answered {method.status}, without allow")
    return verdict("errors", not faults, "400, 404 and 405 have their shape.", "; ".join(faults).capitalize() + ".")


def index(endpoint: Endpoint) -> Result:
    """An index that is there must fit; none is no fault."""
    answer = endpoint.send("GET", "/index")
    if answer.status == 501:
        return Result("index", Status.NOTE, "No Vectorize index is bound: embedding works, storing and search do not.")
    if answer.status != 200:
        return verdict("index", False, f"GET /index answered {answer.sentence()}")
    size, count = answer.body["dimensions"], answer.body["vector_count"]
    return verdict(
        "index",
        bool(answer.body["fits"]),
        f"Fits: {size} dimensions, {count:,} vectors. Vectorize does not tell its metric; it must be cosine.",
        f"It holds vectors of {size} numbers, the model gives {answer.body['model_dimensions']}.",
        dimensions=size,
        vector_count=count,
    )
