"""What every test may use: the recorded vectors of the real model."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("long", settings.get_profile("default"), max_examples=5_000)
settings.load_profile("default")

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def recorded() -> dict[str, list[float]]:
    """Texts as the model saw them, with the 768 numbers that EmbeddingGemma-300M gave."""
    lines = (DATA / "embeddinggemma-vectors.jsonl").read_text(encoding="utf-8").splitlines()
    return {item["text"]: item["vector"] for item in map(json.loads, lines)}
