"""Where the vectors come from: a deployed model, the lexical emulator, or a server behind LOCAL_EMBEDDINGS_URL."""

from embedder_cli.doctor.endpoint import Endpoint, EndpointError
from embedder_cli.doctor.results import Result, Status

_DEPLOYED = (
    "They come from the lexical emulator, which compares words and not meaning, but this is not the address of a "
    "developer's machine. Remove LOCAL_MODEL and the emulator's bindings from the deployed configuration."
)
EMULATOR, SERVER = "emulator", "server"  # `model` of GET /health on a developer's machine


def find(endpoint: Endpoint) -> Result:
    """Say which source answers. Vectors of the lexical emulator are a note, and a failure of a deployed service."""
    match _source(endpoint):
        case "emulator" if endpoint.url.startswith("https://"):
            return Result("vectors", Status.FAIL, _DEPLOYED, {"source": EMULATOR})
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
