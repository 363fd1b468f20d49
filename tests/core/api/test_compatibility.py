"""docs/compatibility.md has every field of the Structs, and says what happens to each field of the imitated servers."""

import json
import re
from pathlib import Path

import pytest
from msgspec import Struct, inspect

from embedder.api import cohere, google, models, openai
from embedder.api.cloudflare import vectorize_bodies, workers_ai
from embedder.api.cloudflare.envelope import Envelope
from embedder.api.ignored import HEADER
from embedder.api.ollama import embed, listing
from embedder.api.servers import llama_cpp, lm_studio, vertex
from embedder.api.tei import forms as tei
from embedder.operations.texts import EmbedResponse
from embedder.vectorize.answers import Matches
from tests.core.api.bodies import GOOGLE, RUN, ollama
from tests.core.api.bodies import cohere as cohere_body
from tests.core.api.bodies import google as google_body
from tests.core.api.bodies import openai as openai_body
from tests.core.fake_index import FakeIndex, app_with
from tests.core.fakes import content
from tests.strategies import INDEX, VECTOR

PREDICT = GOOGLE.replace("/v1beta/", "/v1/publishers/google/").replace(":embedContent", ":predict")
DOCUMENT = (Path(__file__).parents[3] / "docs" / "compatibility.md").read_text(encoding="utf-8")
INPUTS = {"model": "embeddinggemma", "inputs": [{"content": [{"type": "text", "text": "a"}]}]}
OPENAI = "OpenAI, Azure, Voyage, Mistral, Jina"
# A Struct, and requests: the first one whose fields have the path of a field is sent with it.
REQUESTS = {
    f"{OPENAI}: request": (openai.EmbeddingsRequest, "/v1/embeddings", [openai_body("a")]),
    "llama.cpp: request": (llama_cpp.LlamaRequest, "/embedding", [{"content": "a"}]),
    "Cohere: request": (cohere.CohereRequest, "/v2/embed", [cohere_body(), INPUTS]),
    "Google: request": (google.GoogleRequest, GOOGLE, [google_body(), google_body(embedContentConfig={})]),
    "Vertex AI: request": (vertex.PredictRequest, PREDICT, [{"instances": [{"content": "a"}], "parameters": {}}]),
    "Ollama: request": (embed.OllamaRequest, "/api/embed", [ollama()]),
    "Workers AI: request": (workers_ai.RunRequest, RUN, [{"text": "a", "options": {}}]),
    "Text Embeddings Inference: request": (tei.TeiRequest, "/", [{"inputs": "a"}]),
    "Vectorize: request of a query": (vectorize_bodies.QueryRequest, f"{INDEX}/query", [{"vector": VECTOR}]),
}
ANSWERS = {
    f"{OPENAI}: answer": openai.EmbeddingsResponse,
    "Models: answer": models.ModelNames,
    "LM Studio, models: answer": lm_studio.StudioModels,
    "Azure AI, model: answer": models.ModelInfo,
    "Cohere: answer": cohere.CohereResponse,
    "Google: answer": google.GoogleResponse,
    "Vertex AI: answer": vertex.PredictResponse,
    "Ollama: answer": embed.OllamaResponse,
    "Ollama, description: answer": listing.OllamaDescription,
    "Workers AI: answer": Envelope[EmbedResponse],
    "Text Embeddings Inference, description: answer": tei.Info,
    "Vectorize: answer of a query": Envelope[Matches],
}
ROW = re.compile(r"^\| (`.+?`) \| (\w+) \| .*\|$", re.MULTILINE)
OWN = {"stored": {"count", "mutation_ids", "visible"}}  # of the native API


def table(title):
    """Return the state of each field of a section."""
    text = DOCUMENT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    found = [(name, state) for names, state in ROW.findall(text) for name in re.findall(r"`([^`]+)`", names)]
    assert len(dict(found)) == len(found), title
    return dict(found)


def fields(kind):
    """Yield the paths of the fields of a type, those of lists with `[]`, and of each the description."""
    match kind:
        case inspect.Metadata():
            yield from fields(kind.type)
        case inspect.UnionType():
            for part in kind.types:
                yield from fields(part)
        case inspect.CollectionType():
            yield from ((f"[]{path}", text) for path, text in fields(kind.item_type))
        case inspect.StructType():
            for field in kind.fields:
                extra = field.type.extra_json_schema if isinstance(field.type, inspect.Metadata) else None
                yield f".{field.encode_name}", (extra or {}).get("description", "")
                yield from ((f".{field.encode_name}{path}", text) for path, text in fields(field.type))


def of_struct(kind):
    return {path[1:]: text for path, text in fields(inspect.type_info(kind)) if ".stored." not in path}


def with_field(bodies, path):
    """Return the first of some bodies that has a place for a field, with the field."""
    *parents, name = path.split(".")
    for body in bodies:
        copy = json.loads(json.dumps(body))
        place = copy
        for parent in parents:
            key = parent.removesuffix("[]")
            place = place.get(key)
            if place is None:
                break
            place = place[0] if parent.endswith("[]") else place
        else:
            place[name] = "x"
            return copy
    raise AssertionError(path)


def test_every_section_is_tested():
    titles = re.findall(r"^## (.+)$", DOCUMENT, re.MULTILINE)
    assert titles == [*dict.fromkeys(titles)]
    assert {*titles} == REQUESTS.keys() | ANSWERS.keys()


@pytest.mark.parametrize("title", REQUESTS)
def test_a_table_of_requests_has_every_field_of_the_struct(title):
    told, struct = table(title), of_struct(REQUESTS[title][0])
    assert {name for name, state in told.items() if state == "taken"} <= struct.keys()
    assert struct.keys() <= {name for name, state in told.items() if state in ("taken", "ignored")}
    for name in struct:
        assert (told[name] == "ignored") is ("ignored" in struct[name]), name


@pytest.mark.parametrize("title", REQUESTS)
def test_what_is_ignored_or_rejected_is(title):
    struct, path, bodies = REQUESTS[title]
    for name, state in table(title).items():
        if name not in of_struct(struct):
            response = app_with(FakeIndex()).ask(path, with_field(bodies, name))
            status, text = response.status, content(response)
            if state == "ignored":
                assert (status, response.headers[HEADER]) == (200, name), (name, text)
            else:
                assert (state, status in (400, 422), name.rpartition(".")[2] in text) == ("rejected", True, True), (
                    name,
                    text,
                )


@pytest.mark.parametrize("title", ANSWERS)
def test_a_table_of_answers_has_every_field_of_the_struct(title):
    told, struct = table(title), of_struct(ANSWERS[title])
    assert {name for name, state in told.items() if state == "sent"} == struct.keys()
    assert {*told.values()} <= {"sent", "missing"}


def test_the_request_of_a_deployment_is_the_same():
    assert of_struct(openai.DeploymentRequest).keys() == of_struct(openai.EmbeddingsRequest).keys()
    assert issubclass(openai.DeploymentRequest, Struct)
