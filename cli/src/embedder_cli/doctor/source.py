"""Where the vectors come from: a deployed model, the lexical emulator, or a server behind LOCAL_EMBEDDINGS_URL."""

import re

from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.results import Result, Status

PROBE = "fault:source"  # the local emulator answers this text with an error that names the source
LEXICAL = "the lexical emulator"
_NAMED = re.compile(r"The source of the vectors is (.{1,300})\.$")


def find(endpoint: Endpoint) -> Result:
    """Say which source answers. Vectors of the lexical emulator are a note."""
    source = _source(endpoint)
    figures: dict[str, object] = {"source": source}
    if source == LEXICAL:
        detail = "They come from the lexical emulator, not from EmbeddingGemma; checks of the model are skipped."
        return Result("vectors", Status.NOTE, detail, figures)
    if source:
        detail = f"They come from {source} (LOCAL_EMBEDDINGS_URL), and are compared with the published figures."
        return Result("vectors", Status.OK, detail, figures)
    return Result("vectors", Status.OK, "They do not come from the local emulator.", figures)


def _source(endpoint: Endpoint) -> str | None:
    """Return the source that the local emulator names; None if the service has no local emulator."""
    answer = endpoint.send("POST", "/embed", {"text": [PROBE]})
    if answer.status == 200:
        return None
    found = _NAMED.search(str(answer.error.get("message")))
    if not found:
        raise EndpointError(f"POST /embed answered {answer.sentence}")
    return found[1]


def skipped(check: str) -> Result:
    return Result(check, Status.SKIP, "Only the model can pass this check.")
