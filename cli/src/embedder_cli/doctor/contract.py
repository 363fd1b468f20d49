"""Checks of the service itself: keys, formats of vectors, error objects, the index."""

from collections.abc import Sequence

from embedder_cli.doctor.endpoint import Answer, Endpoint
from embedder_cli.doctor.model import figures
from embedder_cli.doctor.results import Result, Status, verdict
from embedder_cli.doctor.vectors import cosine, from_base64, is_unit, length, same

_WRONG_KEY = "not-a-key-of-this-service"
_UNKNOWN = "The binding does not report the metric, and nothing was found to compare; it must be cosine."
_ERROR_KEYS = {"message", "type", "param", "code"}


INTERNAL_ERROR = 500
EVERY_REQUEST_FAILS = (
    "If every request does, a variable or a binding is invalid; `wrangler tail` shows which in `detail`."
)


def reachable(endpoint: Endpoint) -> Result:
    """Check that the service answers at all."""
    answer = endpoint.send("GET", "/health")
    healthy = answer.status == 200 and isinstance(answer.body, dict) and answer.body.get("status") == "ok"
    hint = f" {EVERY_REQUEST_FAILS}" if answer.status == INTERNAL_ERROR else ""
    failure = f"GET /health answered {answer.sentence}{hint}"
    return verdict("reachable", healthy, f"Healthy, {answer.ms:.0f} ms.", failure)


def authentication(endpoint: Endpoint) -> Result:
    """Check that a wrong key is rejected and the given key is accepted, if the service has keys."""
    check = "authentication"
    wrong = endpoint.send("GET", "/v1/models", key=_WRONG_KEY)
    if wrong.status == 200:
        return Result(check, Status.NOTE, "Off: everyone who can reach this address can call the service.")
    if wrong.status != 401:
        return verdict(check, False, f"A request with a wrong key was answered {wrong.sentence}")
    if "www-authenticate" not in wrong.headers:
        return verdict(check, False, "The 401 for a wrong key lacks the header www-authenticate.")
    if not endpoint.key:
        return verdict(check, False, "The service needs a key: give one with --key or EMBEDDER_KEY.")
    own = endpoint.send("GET", "/v1/models")
    good = "A wrong key is rejected, and yours is accepted."
    return verdict(check, own.status == 200, good, f"Your key was answered {own.sentence}")


def normalised(endpoint: Endpoint) -> Result:
    """Check the number of dimensions and the length of vectors of every size, and that small ones begin large ones."""
    found = {size: endpoint.embed([figures.QUESTION], dimensions=size)[0] for size in figures.SIZES}
    wrong = [size for size, vector in found.items() if len(vector) != size or not is_unit(vector)]
    largest = found[figures.SIZES[0]]
    other = [size for size, vector in found.items() if not same(vector, largest[:size], least=0.999)]
    return verdict(
        "normalised",
        not wrong and not other,
        f"Unit length at {', '.join(map(str, figures.SIZES))} dimensions.",
        _sizes(wrong, other),
        lengths={size: round(length(vector), 6) for size, vector in found.items()},
    )


def _sizes(wrong: Sequence[int], other: Sequence[int]) -> str:
    if wrong:
        return (
            f"Wrong length or wrong number of dimensions at: {', '.join(map(str, wrong))}. Divide a vector by its "
            "length before it is compared by a dot product."
        )
    return (
        f"Vectors of {', '.join(map(str, other))} dimensions are not the beginning of the vector of {figures.SIZES[0]}."
    )


def base64_equals_float(endpoint: Endpoint) -> Result:
    """Check that both encodings hold the same numbers."""
    texts = [figures.QUESTION, figures.ANSWER]
    floats = endpoint.openai(texts, dimensions=256)
    encoded = endpoint.openai(texts, dimensions=256, encoding_format="base64")
    good = all(
        isinstance(text, str) and same(row, from_base64(text)) for row, text in zip(floats, encoded, strict=True)
    )
    return verdict("base64", good, "base64 holds the same numbers as float.", "base64 and float differ.")


def openai_equals_native(endpoint: Endpoint) -> Result:
    """Check that both routes return the same vectors."""
    texts = [figures.QUESTION, figures.ANSWER]
    pairs = zip(endpoint.embed(texts), endpoint.openai(texts), strict=True)
    good = all(same(native, other) for native, other in pairs)
    return verdict("routes", good, "/v1/embeddings returns the vectors of /embed.", "/v1/embeddings and /embed differ.")


def errors(endpoint: Endpoint) -> Result:
    """Check three errors: each has the four keys, a 400 names its field, a 405 has the header allow."""
    bad = endpoint.send("POST", "/embed", {"text": ["fine", 5]})
    missing = endpoint.send("GET", "/no-such-route")
    method = endpoint.send("DELETE", "/embed")
    faults = [f"the {answer.status} lacks keys of an error" for answer in (bad, missing, method) if not _whole(answer)]
    if (bad.status, bad.error.get("param")) != (400, "text[1]"):
        faults.append(f"a number among the texts was answered {bad.status} and not named")
    if missing.status != 404:
        faults.append(f"a path that does not exist was answered {missing.status}")
    if method.status != 405 or "POST" not in method.headers.get("allow", ""):
        faults.append(f"DELETE /embed was answered {method.status} without the header allow")
    good = "Errors 400, 404 and 405 have the documented form."
    return verdict("errors", not faults, good, "; ".join(faults).capitalize() + ".")


def _whole(answer: Answer) -> bool:
    return set(answer.error) == _ERROR_KEYS


def index(endpoint: Endpoint) -> Result:
    """Check that the index fits the model. A service without an index is not at fault."""
    answer = endpoint.send("GET", "/index")
    if answer.status == 501:
        return Result("index", Status.NOTE, "No Vectorize index is bound: the service can't store or search.")
    if answer.status == 403:
        return Result("index", Status.NOTE, "Not checked: the key lacks the scope search.")
    if answer.status != 200:
        return verdict("index", False, f"GET /index answered {answer.sentence}")
    size, count = answer.body["dimensions"], answer.body["vector_count"]
    found: dict[str, object] = {"dimensions": size, "vector_count": count}
    if answer.body["fits"] is not True:
        wanted = answer.body["model_dimensions"]
        return Result("index", Status.FAIL, f"The index has {size} dimensions, but the model has {wanted}.", found)
    has = f"{size} dimensions" if count is None else f"{size} dimensions and {count:,} vectors"
    return _unknown(has, found) if count == 0 else _metric(endpoint, has, found)


def _unknown(has: str, found: dict[str, object]) -> Result:
    return Result("index", Status.OK, f"It has {has}. {_UNKNOWN}", found)


def _metric(endpoint: Endpoint, has: str, found: dict[str, object]) -> Result:
    """Compare a score with the cosine of the two vectors. A key may not search, and an index may have no match."""
    body = {"text": figures.PLANET_QUERY, "top_k": 1, "values": True, "metadata": "none"}
    answer = endpoint.send("POST", "/search", body)
    if answer.status != 200 or not (matches := answer.body["matches"]):
        return _unknown(has, found)
    [query] = endpoint.embed([figures.PLANET_QUERY], task="search_query")
    score, expected = float(matches[0]["score"]), cosine(query, matches[0]["values"])
    return verdict(
        "index",
        abs(score - expected) <= figures.TOLERANCE,
        f"It has {has}, and its scores are cosines.",
        f"The score of a vector is {score:.4f}, and its cosine {expected:.4f}: the index has another metric. Create "
        "one with the metric cosine, and write everything again.",
        **found,
    )
