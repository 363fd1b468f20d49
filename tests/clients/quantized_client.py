"""What int8 and binary vectors lose, measured on recorded vectors of the real model. docs/scale.md has the figures."""

import base64
import json
import re
from typing import NamedTuple

import cohere
import numpy as np
import pytest

from tests.clients.conftest import NAME
from tests.clients.environment import ROOT
from tests.samples import PLANETS, QUERY

KINDS = ["float", "int8", "ubinary"]
SIZES = [768, 512, 256, 128]
MESSAGES = ROOT / "tests" / "data" / "support-messages-float16.txt"  # vectors of 300 texts
RECORDED = ROOT / "tests" / "data" / "embeddinggemma-vectors.jsonl"


@pytest.fixture(scope="module")
def embed(real_model_url):
    client = cohere.ClientV2(api_key="unused", base_url=real_model_url)

    def vectors(texts, dimensions, task=None):
        answer = client.embed(
            model=NAME, texts=texts, input_type=task, embedding_types=KINDS, output_dimension=dimensions
        ).embeddings
        signs = np.unpackbits(np.array(answer.ubinary, dtype=np.uint8), axis=1) * 2.0 - 1
        return {"float": np.array(answer.float_), "int8": np.array(answer.int8), "binary": signs}

    return vectors


@pytest.fixture(scope="module")
def scores(embed):
    """Return the cosines of the query with each planet, by type."""

    def of(dimensions):
        query = embed([QUERY], dimensions, "search_query")
        planets = embed(PLANETS, dimensions, "search_document")
        return {kind: cosines(query[kind], planets[kind])[0] for kind in query}

    return of


def cosines(left, right):
    left, right = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (left, right))
    return left @ right.T


def ranking(scores):
    return np.argsort(-scores, kind="stable").tolist()


@pytest.mark.parametrize("dimensions", SIZES)
def test_int8_keeps_the_ranking_and_the_cosines(scores, dimensions):
    found = scores(dimensions)
    assert ranking(found["int8"]) == ranking(found["float"])
    assert np.abs(found["int8"] - found["float"]).max() < 0.01


def test_binary_keeps_the_ranking_of_768_dimensions_but_not_of_256(scores):
    assert ranking(scores(768)["binary"]) == ranking(scores(768)["float"])
    assert ranking(scores(256)["binary"]) != ranking(scores(256)["float"])


def nearest(matrix, count=3):
    """Return the nearest other texts of each text. Rounding makes equal numbers of equal bits a tie."""
    others = np.round(matrix, 9) - 9 * np.eye(len(matrix))
    return [set(row) for row in np.argsort(-others, axis=1, kind="stable")[:, :count].tolist()]


def losses(embed, dimensions):
    """Return what the service loses: the largest change of a cosine with int8, and the loss of binary."""
    texts = [json.loads(line)["text"] for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    found = {kind: cosines(vectors, vectors) for kind, vectors in embed(texts, dimensions).items()}
    pairs = np.triu_indices(len(texts), 1)
    kept = [len(a & b) / 3 for a, b in zip(nearest(found["float"]), nearest(found["binary"]), strict=True)]
    change = np.abs(found["int8"] - found["float"])[pairs].max()
    return change, np.corrcoef(found["binary"][pairs], found["float"][pairs])[0, 1], np.mean(kept)


@pytest.mark.parametrize("dimensions", SIZES)
def test_the_service_quantizes_like_the_measurement(embed, dimensions):
    recorded = [json.loads(line)["vector"] for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    found = measured(np.array(recorded), dimensions)
    assert losses(embed, dimensions) == pytest.approx((found.change, found.correlation, found.binary), abs=1e-4)
    assert found.change < 0.01


class Measured(NamedTuple):
    """The largest change of a cosine with int8; the shares of the three nearest texts that are found; a correlation."""

    change: float
    int8: float
    binary: float
    ranked: float
    correlation: float


def measured(vectors, dimensions):
    rows = vectors[:, :dimensions]
    scaled = np.round(rows * 127 / np.abs(rows).max(axis=1, keepdims=True))
    signs = np.where(rows > 0, 1.0, -1.0)
    exact, int8, binary = (cosines(each, each) for each in (rows, scaled, signs))
    pairs = np.triu_indices(len(rows), 1)
    wanted = nearest(exact)
    ranked = [
        sorted(row, key=lambda other, own=own: -int8[own, other])[:3] for own, row in enumerate(nearest(binary, 12))
    ]
    shares = [
        np.mean([len(a & set(b)) / 3 for a, b in zip(wanted, each, strict=True)])
        for each in (nearest(int8), nearest(binary), ranked)
    ]
    return Measured(np.abs(int8 - exact)[pairs].max(), *shares, np.corrcoef(binary[pairs], exact[pairs])[0, 1])


@pytest.mark.parametrize("dimensions", SIZES)
def test_the_document_has_the_measured_losses(dimensions):
    rows = [np.frombuffer(base64.b64decode(line), "<f2") for line in MESSAGES.read_text().splitlines()]
    found = measured(np.array(rows, dtype=float), dimensions)
    assert len(rows) == 300
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    shown = re.search(rf"^\| {dimensions} \| .*, .*, .* \|.*", text, re.MULTILINE)[0].strip("| ").split(" | ")
    assert shown[2:] == [
        f"{found.change:.4f}",
        f"{found.int8:.1%}",
        f"{found.binary:.0%}",
        f"{found.ranked:.0%}",
        f"{found.correlation:.3f}",
    ]
