"""What clients of each API send: valid bodies, and the paths that take them."""

import json

from embedder.settings import MODEL
from tests.core.fakes import FakeApp, content

ACCOUNT = "/client/v4/accounts/abc/ai"
NAME = "embeddinggemma-300m"
LONG = "word " * 4000
RUN = f"{ACCOUNT}/run/{MODEL}"
GOOGLE = f"/v1beta/models/{NAME}:embedContent"
GOOGLE_BATCH = f"/v1/models/{NAME}:batchEmbedContents"
AZURE = "/openai/deployments/embeddinggemma-300m:clustering/embeddings"


def sent(path, body, *, method="POST", **headers):
    """Send a request to a new application. Return it, the answer as JSON, and the texts that the model got."""
    app = FakeApp()
    response = app.send(method, path, json.dumps(body).encode(), **headers)
    return response, json.loads(content(response)), app.model.calls


def openai(texts, **fields):
    return {"model": NAME, "input": texts, **fields}


def google(text="a", **fields):
    return {"content": {"parts": [{"text": text}]}, **fields}


def cohere(**fields):
    return {"model": NAME, "texts": ["a"], **fields}


def ollama(**fields):
    return {"model": "embeddinggemma", "input": "a", **fields}


def voyage(**fields):
    return {"model": NAME, "input": "a", **fields}
