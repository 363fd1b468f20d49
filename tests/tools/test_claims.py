"""The documents say nothing of Cloudflare's limits, prices and times without a source."""

import ast
import json
import re

import pytest

from embedder_cli.doctor import examination
from tests import claims
from tools import runtime

PAGES = sorted(
    path.relative_to(runtime.ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "benchmarks/README.md", "cli/README.md", "examples/*/README.md")
    for path in runtime.ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"
)

COMMENTED = ["wrangler.toml", "local/wrangler.toml"]
DESCRIBED = "public/openapi.json"
HELP = sorted(path.relative_to(runtime.ROOT).as_posix() for path in runtime.ROOT.glob("cli/src/embedder_cli/**/cli.py"))

# The beginning of a sentence without a source -> why it needs none. What the doctor checks has "doctor: CHECK".
REASONS = {
    "`make deploy` checks that the model reads": "doctor: long texts",
    "the model truncates texts of 700": "doctor: long texts",
    "Jina's and NVIDIA's. `truncate: START`": "doctor: long texts",
    "`END`, `NONE`. `START` is rejected": "doctor: long texts",
    "`Left` is rejected: the model keeps": "doctor: long texts",
    "The model reads the beginning of a text, so": "doctor: long texts",
    "Tokens of a text that the model reads": "doctor: long texts",
    "the model reads text alone": "the schema of the model, which README.md links",
    "of Vertex AI: the model reads text alone": "the schema of the model, which README.md links",
    "Images are rejected: the model reads text": "the schema of the model, which README.md links",
    "Workers AI does not say the revision": "the schema of the model, which README.md links",
    "Unknown, as Workers AI does not say it": "the schema of the model, which README.md links",
    "[Cloudflare, LangChain, wrangler](#vectorize)": "a limit of this service",
    "Embed up to 2,048 texts": "a limit of this service",
    "the model takes longer than `DEADLINE_S`": "a limit of this service",
    "The account has used up its free Workers AI": "docs/errors.md has the page",
    "Wait for `retry-after`, which ends at 00:00": "docs/errors.md has the page",
    "Workers AI had no capacity": "docs/errors.md has the page, and says which codes are reported",
    "- `quota_exhausted`: ": "docs/errors.md has the page",
    "- `upstream_busy`: ": "docs/errors.md has the page, and says which codes are reported",
    "Cloudflare's model or index has problems": "advice",
    "Calls of Workers AI, 100 texts each": "computed from the figures below the table",
    "Writes to Vectorize, 100 vectors each": "computed from the figures below the table",
    "`Cloudflare rejects the login`": "a message of this project",
    "`Cloudflare rejects the files": "a message of this project",
    "`Cloudflare can't start the Worker`": "a message of this project",
}

# Pages of developers.cloudflare.com that were looked up in November 2026: they exist, and say what is said of them.
LOOKED_UP = set(
    """
    ai-gateway ai-gateway/features/caching ai-gateway/features/rate-limiting ai-gateway/get-started
    ai-gateway/observability/analytics ai-gateway/observability/custom-metadata ai-gateway/observability/logging
    ai-gateway/usage/rest-api ai-search analytics/graphql-api analytics/graphql-api/features/discovery/settings
    analytics/graphql-api/sampling
    durable-objects/platform/limits durable-objects/platform/pricing durable-objects/reference/data-location
    fundamentals/api/reference/permissions fundamentals/api/reference/template
    queues/configuration/dead-letter-queues queues/observability/metrics queues/platform/limits
    queues/platform/pricing queues/reference/how-queues-works
    vectorize vectorize/best-practices/insert-vectors vectorize/best-practices/query-vectors vectorize/platform/limits
    vectorize/platform/pricing vectorize/reference/client-api vectorize/reference/metadata-filtering
    workers-ai workers-ai/features/markdown-conversion workers-ai/get-started/rest-api
    workers-ai/models/embeddinggemma-300m
    workers-ai/platform/errors workers-ai/platform/limits workers-ai/platform/pricing
    workers/configuration/compatibility-flags workers/configuration/placement workers/configuration/secrets
    workers/languages/python/how-python-workers-work workers/languages/python/packages workers/local-development
    workers/observability/errors workers/observability/logs/workers-logs workers/observability/traces
    workers/platform/deploy-buttons workers/platform/limits workers/platform/pricing
    workers/runtime-apis/bindings/rate-limit workers/runtime-apis/bindings/service-bindings
    workers/versions-and-deployments/rollbacks
    """.split()
)


def text(page):
    """Return what a page says: Markdown, or the comments of a configuration, or the descriptions of the API."""
    found = (runtime.ROOT / page).read_text(encoding="utf-8")
    if page in HELP:
        return "\n\n".join(node.value for node in ast.walk(ast.parse(found)) if is_text(node))
    if page in COMMENTED:
        return claims.comments(found)
    return "\n\n".join(descriptions(json.loads(found))) if page == DESCRIBED else found


def is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def descriptions(value):
    """Yield each description and summary of the API."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        if name in {"description", "summary"} and isinstance(item, str):
            yield item
        yield from descriptions(item)


def reason(sentence):
    return next((why for start, why in REASONS.items() if sentence.startswith(start)), None)


@pytest.mark.parametrize("page", [*PAGES, *COMMENTED, *HELP, DESCRIBED])
def test_what_is_said_of_cloudflare_has_a_source(page):
    found = [sentence for sentence in claims.unsourced(text(page)) if not reason(sentence)]
    assert not found, (
        f"{page} says this of Cloudflare without a link in the sentence, or a word that it was measured: {found[0]}"
    )


def test_every_reason_is_still_needed():
    found = [sentence for page in (*PAGES, *COMMENTED, *HELP, DESCRIBED) for sentence in claims.unsourced(text(page))]
    assert [start for start in REASONS if not any(sentence.startswith(start) for sentence in found)] == []


def test_what_the_doctor_is_said_to_check_is_one_of_its_checks():
    names = {name for name, _ in (*examination.FIRST, *examination.MODEL, *examination.CONTRACT)}
    assert {why.removeprefix("doctor: ") for why in REASONS.values() if why.startswith("doctor: ")} <= names


def test_a_linked_page_of_cloudflare_was_looked_up():
    links = {link for page in PAGES for link in re.findall(r"developers\.cloudflare\.com/([^)#?\s]*)", text(page))}
    unknown = sorted({link.strip("/") for link in links} - LOOKED_UP)
    assert not unknown, f"Look these up, and add them to LOOKED_UP: {', '.join(unknown)}."
    assert {link for link in links if not link.endswith("/")} == set()


FOUND = {
    "Vectorize holds 30 million vectors in an index.": 1,
    "- Workers AI takes 5,000 requests a minute\n  from an account.": 1,
    "| isolates | An isolate has 256 MB |": 1,
    "A Durable Object costs $0.30 per million requests.": 1,
    "Workers Free has 20 ms of CPU time per request.": 1,
    "A write to Vectorize is visible within seconds.": 1,
    "The price of this model on Workers AI is not published.": 1,
    "AI Gateway caches an answer for 5 minutes. See [operating](operating.md).": 1,
    "Vectorize has [50,000 namespaces](https://example.com/).": 1,
    "A queue costs $0.40 ([Queues](https://developers.cloudflare.com/queues/)). Vectorize answers 500 queries.": 1,
    "Measured locally: 5 ms. Vectorize answers 500 queries. Workers AI rejects the rest.": 2,
    "Vectorize keeps deleted vectors.": 1,
    "What Vectorize would reject is an empty filter.": 1,
    "Workers AI will answer with 429.": 1,
    "Durable Objects cost nothing while they rest.": 1,
    "The gateway obeys.": 1,
    "The deployed model reads 2,048 tokens. Tested with the emulator.": 1,
}


@pytest.mark.parametrize("claim", FOUND)
def test_a_claim_without_a_source_is_found(claim):
    page = f"# Title\n\n{claim}\n\n- Something else ([Limits](https://developers.cloudflare.com/workers/platform/limits/))."
    assert len(claims.unsourced(page)) == FOUND[claim]


@pytest.mark.parametrize(
    "words",
    [
        "Vectorize holds 30 million vectors ([Limits](https://developers.cloudflare.com/vectorize/platform/limits/)).",
        "Vectorize holds 30 million vectors ([Limits](https://developers.cloudflare.com/vectorize/platform/limits/)). "
        "Vectorize keeps 5 copies, as the same page says.",
        "| vectors of Vectorize | 9 million | [Limits](https://developers.cloudflare.com/vectorize/platform/limits/) |",
        "A search in Vectorize takes 20 ms, measured locally.",
        "What Workers AI does with the 51st request of a second is not known.",
        "The service calls Workers AI and Vectorize.",
        "```sh\n# Vectorize has 10 million vectors\n```",
        "The service takes 100 texts per call.",
    ],
)
def test_what_needs_no_source_is_not_found(words):
    assert claims.unsourced(f"# Title\n\n{words}\n") == []
