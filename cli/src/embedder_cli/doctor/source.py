"""Where the vectors come from: a deployed model, the lexical emulator, or a server behind LOCAL_EMBEDDINGS_URL."""

from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.results import Result, Status

EMULATOR, SERVER = "emulator", "server"  # `model` of GET /health on a developer's machine


def find(endpoint: Endpoint) -> Result:
    """Say which source answers. Vectors of the lexical emulator are a note."""
    match _source(endpoint):
        case "emulator":
            detail = "They come from the lexical emulator, not from EmbeddingGemma; checks of the model are skipped."
            return Result("vectors", Status.NOTE, detail, {"source": EMULATOR})
        case "server":
            detail = "They come from the server at LOCAL_EMBEDDINGS_URL, and are compared with the published figures."
            return Result("vectors", Status.OK, detail, {"source": SERVER})
    return Result("vectors", Status.OK, "They do not come from the local emulator.", {"source": None})


def _source(endpoint: Endpoint) -> object:
    answer = endpoint.ask("GET", "/health")
    if not isinstance(answer.body, dict):
        raise EndpointError(f"GET /health answered {answer.sentence}")
    return answer.body.get("model")


def skipped(check: str) -> Result:
    return Result(check, Status.SKIP, "Only the model can pass this check.")
