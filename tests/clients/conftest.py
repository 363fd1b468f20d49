"""Fixtures of the client tests. `tests/runtime/api/test_clients.py` runs each file here in `.venv-clients`.

The variables EMBEDDER_* name running Workers: with lexical vectors, with recorded vectors, and with a key.
"""

import os
from collections.abc import Callable

import numpy as np
import pytest
import requests

NAME = "embeddinggemma-300m"
OTHER = "text-embedding-3-small"
UNKNOWN = f"Unknown model '{OTHER}'; use '{NAME}'"
TEXTS = ["Mars is often called the Red Planet.", "a llama"]
LONG = "word " * 5000  # the model takes 2,048 tokens
TOO_LONG = "over the limit of 2046 tokens per text"
WRONG_KEY = "a-key-that-is-not-configured"


@pytest.fixture(scope="session")
def url() -> str:
    return os.environ["EMBEDDER_URL"]


@pytest.fixture(scope="session")
def protected_url() -> str:
    return os.environ["EMBEDDER_PROTECTED_URL"]


@pytest.fixture(scope="session")
def real_model_url() -> str:
    return os.environ["EMBEDDER_REAL_MODEL_URL"]


@pytest.fixture(scope="session")
def key() -> str:
    return os.environ["EMBEDDER_KEY"]


@pytest.fixture(scope="session")
def native(url: str) -> Callable[..., np.ndarray]:
    """Return the vectors of the native API for texts."""

    def embed(text: str | list[str], **options: object) -> np.ndarray:
        answer = requests.post(f"{url}/embed", json={"text": text, **options}, timeout=60)
        answer.raise_for_status()
        return np.array(answer.json()["data"])

    return embed


@pytest.fixture(scope="session")
def same(native: Callable[..., np.ndarray]) -> Callable[..., None]:
    """Assert that vectors are those of the native API for the same texts and options."""

    def check(vectors: object, text: str | list[str], **options: object) -> None:
        np.testing.assert_allclose(np.array(vectors), native(text, **options), rtol=0, atol=1e-6)

    return check
