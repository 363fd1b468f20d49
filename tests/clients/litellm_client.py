"""The package litellm, with each provider whose API the Worker has."""

import litellm
import pytest

from tests.clients.conftest import LONG, NAME, OTHER, TEXTS, TOO_LONG, UNKNOWN, WRONG_KEY

litellm.suppress_debug_info = True
# provider, path of its address, model, options
PROVIDERS = {
    "ollama": ("", "embeddinggemma", {}),
    "cohere": ("/v2/embed", NAME, {"input_type": "search_query"}),
    "voyage": ("/v1", NAME, {}),
    "azure": ("", NAME, {"api_version": "2024-10-21"}),
    "gemini": ("/v1beta", NAME, {}),
    "openai": ("/v1", NAME, {}),
}


def embed(provider, url, texts, *, model=None, key="unused", **more):
    path, name, options = PROVIDERS[provider]
    answer = litellm.embedding(
        model=f"{provider}/{model or name}",
        input=texts,
        api_base=url + path,
        api_key=key,
        num_retries=0,
        max_retries=0,
        **options,
        **more,
    )
    return [item["embedding"] for item in answer.data]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_embed(url, same, provider):
    task = {"task": "search_query"} if provider == "cohere" else {}
    same(embed(provider, url, TEXTS), TEXTS, **task)


@pytest.mark.parametrize("provider", PROVIDERS.keys() - {"cohere"})
def test_a_task_in_the_model_name(url, same, provider):
    model = f"{PROVIDERS[provider][1]}:search_document"
    same(embed(provider, url, TEXTS, model=model), TEXTS, task="search_document")


@pytest.mark.parametrize("provider", ["cohere", "voyage", "gemini"])
def test_dimensions(url, same, provider):
    task = {"task": "search_query"} if provider == "cohere" else {}
    same(embed(provider, url, TEXTS, dimensions=256), TEXTS, dimensions=256, **task)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_unknown_model(url, provider):
    with pytest.raises(litellm.NotFoundError, match=UNKNOWN):
        embed(provider, url, TEXTS, model=OTHER)


@pytest.mark.parametrize(
    ("provider", "options"),
    [
        ("cohere", {"truncate": "NONE"}),
        ("voyage", {"truncation": False}),
        ("azure", {"extra_body": {"truncate": "error"}}),
        ("openai", {"extra_body": {"truncate": "error"}}),
    ],
)
def test_a_text_over_the_limit(url, provider, options):
    with pytest.raises(litellm.BadRequestError, match=TOO_LONG):
        embed(provider, url, [LONG], **options)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_key(protected_url, key, provider):
    assert embed(provider, protected_url, ["a"], key=key)
    with pytest.raises(litellm.AuthenticationError, match="key"):
        embed(provider, protected_url, ["a"], key=WRONG_KEY)
