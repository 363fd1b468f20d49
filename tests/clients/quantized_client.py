"""What int8 and binary vectors lose, measured on recorded vectors of the real model. docs/scale.md has the figures."""

import json
import re

import cohere
import numpy as np
import pytest

from tests.clients.conftest import NAME
from tests.clients.environment import ROOT
from tests.samples import PLANETS, QUERY

KINDS = ["float", "int8", "ubinary"]
SIZES = [768, 512, 256, 128]
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


def nearest(matrix):
    """Return the three nearest other texts of each text. Rounding makes equal numbers of equal bits a tie."""
    others = np.round(matrix, 9) - 9 * np.eye(len(matrix))
    return [set(row) for row in np.argsort(-others, axis=1, kind="stable")[:, :3].tolist()]


def losses(embed, dimensions):
    """Return what the page shows: the largest change of a cosine with int8, and the loss of binary."""
    texts = [json.loads(line)["text"] for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    found = {kind: cosines(vectors, vectors) for kind, vectors in embed(texts, dimensions).items()}
    pairs = np.triu_indices(len(texts), 1)
    kept = [len(a & b) / 3 for a, b in zip(nearest(found["float"]), nearest(found["binary"]), strict=True)]
    change = np.abs(found["int8"] - found["float"])[pairs].max()
    return change, np.corrcoef(found["binary"][pairs], found["float"][pairs])[0, 1], np.mean(kept)


@pytest.mark.parametrize("dimensions", SIZES)
def test_the_page_shows_the_measured_losses(embed, dimensions):
    change, correlation, kept = losses(embed, dimensions)
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    shown = re.search(rf"^\| {dimensions} \|.*", page, re.MULTILINE)[0].split(" | ")
    assert shown[-3:] == [f"{change:.4f}", f"{correlation:.3f}", f"{kept:.0%} |"]
    assert change < 0.01
