"""Unmodified client packages with another base URL, under the real runtime."""

import asyncio
import json
import math
import subprocess

import cloudflare
import openai
import pytest
import requests

from tests.clients import environment
from tests.runtime.faults.aborting import until
from tests.samples import PLANETS, QUERY
from tools import runtime

MODEL = "embeddinggemma-300m"
CLOUDFLARE_MODEL = "@cf/google/embeddinggemma-300m"
STORIES = [
    "This is a story about an orange cloud",
    "This is a story about a llama",
    "This is a story about a hugging emoji",
]


def cosine(left, right):
    return sum(a * b for a, b in zip(left, right, strict=True)) / math.hypot(*left) / math.hypot(*right)


@pytest.fixture(scope="module", params=["/v1", "/client/v4/accounts/abc/ai/v1"])
def client(worker, request):
    return openai.OpenAI(base_url=worker.url + request.param, api_key="unused", max_retries=0)


@pytest.mark.parametrize("count", [1, 100, 250])
@pytest.mark.parametrize("encoding", [None, "float", "base64"])
def test_openai_in_every_encoding(client, worker, count, encoding):
    texts = [f"text number {number}" for number in range(count)]
    chosen = {"encoding_format": encoding} if encoding else {}
    answer = client.embeddings.create(model=MODEL, input=texts, **chosen)
    assert [item.index for item in answer.data] == list(range(count))
    assert answer.usage.total_tokens >= count
    last = answer.data[-1].embedding
    if encoding == "base64":
        assert isinstance(last, str)
        return
    native = worker.post("/embed", {"text": texts[-1]}).json()["data"][0]
    assert last == pytest.approx(native, abs=1e-7)


def test_openai_async(worker):
    async def ask():
        async with openai.AsyncOpenAI(base_url=f"{worker.url}/v1", api_key="unused", max_retries=0) as client:
            calls = [client.embeddings.create(model=MODEL, input=f"text {n}", dimensions=256) for n in range(10)]
            return await asyncio.gather(*calls)

    answers = asyncio.run(ask())
    assert [len(answer.data[0].embedding) for answer in answers] == [256] * 10


def test_openai_models_and_errors(client):
    names = [model.id for model in client.models.list()]
    assert MODEL in names
    assert client.models.retrieve(f"{CLOUDFLARE_MODEL}:search_query").id == f"{CLOUDFLARE_MODEL}:search_query"
    with pytest.raises(openai.NotFoundError) as missing:
        client.embeddings.create(model="text-embedding-3-small", input="a")
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length=False"):
        client.embeddings.create(model=MODEL, input=[[1, 2, 3]])
    with pytest.raises(openai.InternalServerError) as busy:
        client.embeddings.create(model=MODEL, input="fault:3040")
    assert busy.value.code == "upstream_busy"


def test_openai_2048_texts_in_one_request(worker):
    client = openai.OpenAI(base_url=f"{worker.url}/v1", api_key="unused", max_retries=0)
    texts = [f"text number {number}" for number in range(2048)]
    answer = client.embeddings.create(model=MODEL, input=texts)
    assert len(answer.data) == 2048
    alone = client.embeddings.create(model=MODEL, input=texts[1999])
    assert answer.data[1999].embedding == alone.data[0].embedding


def test_cloudflares_python_sdk(worker):
    client = cloudflare.Cloudflare(base_url=f"{worker.url}/client/v4", api_token="unused", max_retries=0)
    answer = client.ai.run(CLOUDFLARE_MODEL, account_id="abc", text=STORIES)
    assert answer["shape"] == [3, 768]
    with pytest.raises(cloudflare.BadRequestError) as rejected:
        client.ai.run(CLOUDFLARE_MODEL, account_id="abc", text=[""])
    assert rejected.value.body["errors"][0]["code"] == 5006


def test_requests_as_documented(worker):
    base = f"{worker.url}/client/v4/accounts/abc/ai/run/"
    headers = {"Authorization": "Bearer unused"}
    response = requests.post(f"{base}{CLOUDFLARE_MODEL}", headers=headers, json={"text": STORIES}, timeout=60)
    answer = response.json()
    assert (answer["success"], answer["result"]["shape"]) == (True, [3, 768])


@pytest.mark.parametrize(
    ("path", "body", "extra"),
    [
        (f"/client/v4/accounts/abc/ai/run/{CLOUDFLARE_MODEL}", {"text": STORIES}, []),
        (
            "/client/v4/accounts/abc/ai/v1/embeddings",
            {"model": CLOUDFLARE_MODEL, "input": STORIES},
            ["-H", "Content-Type: application/json"],
        ),
    ],
)
def test_curl_as_documented(worker, path, body, extra):
    command = ["curl", "-sS", worker.url + path, "-X", "POST", "-H", "Authorization: Bearer unused", *extra]
    done = subprocess.run([*command, "-d", json.dumps(body)], capture_output=True, check=True, timeout=60)
    answer = json.loads(done.stdout)
    rows = answer["result"]["data"] if "result" in answer else [item["embedding"] for item in answer["data"]]
    assert [len(row) for row in rows] == [768] * 3


@pytest.mark.parametrize(
    ("dimensions", "published"),
    [(768, [0.3011, 0.6359, 0.4930, 0.4889]), (256, [0.4016, 0.6715, 0.5283, 0.5261])],
)
def test_the_published_figures_of_the_model_card(real_model_worker, dimensions, published):
    client = openai.OpenAI(base_url=f"{real_model_worker.url}/v1", api_key="unused", max_retries=0)
    query = client.embeddings.create(model=f"{MODEL}:search_query", input=QUERY, dimensions=dimensions)
    documents = client.embeddings.create(model=f"{MODEL}:search_document", input=PLANETS, dimensions=dimensions)
    found = [cosine(query.data[0].embedding, item.embedding) for item in documents.data]
    assert found == pytest.approx(published, abs=1e-3)


@pytest.mark.parametrize(("dimensions", "published"), [(768, 0.8578), (512, 0.8691), (256, 0.8926), (128, 0.9299)])
def test_the_published_figures_without_a_prompt(real_model_worker, dimensions, published):
    texts = ["What is Deep Learning?", "Deep Learning is..."]
    left, right = real_model_worker.post("/embed", {"text": texts, "dimensions": dimensions}).json()["data"]
    assert math.hypot(*left) == pytest.approx(1, abs=1e-6)
    assert cosine(left, right) == pytest.approx(published, abs=1e-3)


def test_similarity_of_the_stories(real_model_worker, recorded):
    scores = real_model_worker.post("/similarity", {"texts": STORIES}).json()["scores"]
    assert [scores[0][0], scores[1][1]] == pytest.approx([1, 1], abs=1e-6)
    vectors = [recorded[f"task: sentence similarity | query: {story}"] for story in STORIES]
    assert scores[0] == pytest.approx([cosine(vectors[0], vector) for vector in vectors], abs=1e-6)
    assert [row[0] for row in scores] == scores[0]
    ranked = real_model_worker.post("/similarity", {"source": STORIES[0], "texts": STORIES[1:]}).json()
    assert ranked["scores"] == pytest.approx(scores[0][1:], abs=1e-6)


@pytest.fixture(scope="module")
def addresses(worker, real_model_worker, start_worker):
    """The variables that tests/clients/conftest.py reads."""
    key = "a-key-of-sixteen-characters"
    settings = {"AUTH": "on", "API_KEYS": f"clients:{key}", "VECTORIZE_INDEX": "documents"}
    protected = start_worker(settings=settings)
    return {
        "EMBEDDER_URL": worker.url,
        "EMBEDDER_REAL_MODEL_URL": real_model_worker.url,
        "EMBEDDER_PROTECTED_URL": protected.url,
        "EMBEDDER_KEY": key,
    }


@pytest.mark.extended
@pytest.mark.parametrize("path", sorted(environment.FOLDER.glob("*_client.py")), ids=lambda path: path.stem)
def test_a_client_package_in_its_own_process(addresses, path):
    options = ("-q", "--confcutdir", str(environment.FOLDER), "-p", "no:cacheprovider")
    done = environment.run("-m", "pytest", *options, str(path), **addresses)
    assert done.returncode == 0, done.stdout + done.stderr


def wrangler(addresses, folder, *command):
    """Run `wrangler vectorize` against the protected Worker, and return what it printed."""
    variables = {
        "CLOUDFLARE_API_BASE_URL": f"{addresses['EMBEDDER_PROTECTED_URL']}/client/v4",
        "CLOUDFLARE_API_TOKEN": addresses["EMBEDDER_KEY"],
        "CLOUDFLARE_ACCOUNT_ID": "any",
        "XDG_CONFIG_HOME": str(folder),
    }
    done = subprocess.run(
        ["wrangler", "vectorize", *command],
        cwd=folder,
        env=runtime.environment() | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.extended
def test_wrangler(addresses, tmp_path):
    """It sends a file in a form, and reads and searches vectors."""
    items = [{"id": f"wrangler-{place}", "values": [0.0] * place + [1.0] + [0.0] * (767 - place)} for place in range(3)]
    file = tmp_path / "vectors.ndjson"
    file.write_text("\n".join(json.dumps(item) for item in items))
    said = wrangler(addresses, tmp_path, "upsert", "documents", f"--file={file}", "--json")
    assert json.loads(said) == {"index": "documents", "count": 3}
    url, headers = addresses["EMBEDDER_PROTECTED_URL"], {"authorization": f"Bearer {addresses['EMBEDDER_KEY']}"}
    until(lambda: requests.get(f"{url}/index", headers=headers, timeout=60).json()["vector_count"] == 3)
    found = wrangler(
        addresses, tmp_path, "query", "documents", "--vector-id=wrangler-1", "--top-k=1", "--return-values"
    )
    assert "wrangler-1" in found
    assert '"count": 1' in found
    said = wrangler(addresses, tmp_path, "get-vectors", "documents", "--ids", "wrangler-2")
    assert "wrangler-2" in said
    assert '"dimensions": 768' in wrangler(addresses, tmp_path, "info", "documents", "--json")


def inspect_tools(url, key, home):
    """Run the MCP Inspector, which writes to its home folder."""
    command = ["mcp-inspector", "--cli", f"{url}/mcp", "--transport", "http", "--method", "tools/list"]
    command += ["--header", f"Authorization: Bearer {key}"]
    variables = {**runtime.environment(), "HOME": str(home)}
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.extended
def test_the_mcp_inspector_lists_the_tools(addresses, tmp_path):
    done = inspect_tools(addresses["EMBEDDER_PROTECTED_URL"], addresses["EMBEDDER_KEY"], tmp_path)
    assert done.returncode == 0, done.stderr
    names = [tool["name"] for tool in json.loads(done.stdout)["tools"]]
    assert names == ["search", "get", "store", "compare"]
    wrong = inspect_tools(addresses["EMBEDDER_PROTECTED_URL"], "wrong", tmp_path)
    assert (wrong.returncode != 0, json.loads(wrong.stderr)["error"]["code"]) == (True, "auth_required")


@pytest.mark.extended
def test_the_packages_from_npm(addresses):
    variables = runtime.environment() | addresses
    command = ["node", "--test", "--test-reporter=tap", str(environment.FOLDER / "npm.test.js")]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 10\n" in done.stdout
