"""The limits, each with its unit and source, and the variables of the Worker."""

import re
from collections.abc import Mapping

import msgspec

from embedder import batching
from embedder.access import keys, origins
from embedder.access.keys import Key, KeysError
from embedder.batching import Batching
from embedder.names import aliases
from embedder.variables import integer, switch

MODEL = "@cf/google/embeddinggemma-300m"
DIMENSIONS = 768  # numbers in a vector of the model (model card)
MODEL_TOKENS = 2048  # tokens that the model reads (model card), with the two that mark beginning and end of a text
TEXT_TOKENS = MODEL_TOKENS - 2  # tokens of a text with its prompt

MAX_TEXTS_PER_CALL = 100  # texts in one call of Workers AI (the model's input schema)
MAX_TEXTS = 2048  # texts in one request of the APIs of others (OpenAI's API reference)
MAX_CALLS_IN_FLIGHT = 6  # open upstream connections of one Worker request (Workers platform limits)
MAX_REQUEST_ID_CHARS = 64
LARGE_BYTES = 65_536  # of a body: other requests run between the steps of the work on a larger one
MAX_JSON_DEPTH = 64  # levels of arrays and objects; bindings/isolate/limits.js has the same three numbers
MAX_JSON_VALUES = 100_000  # values of a body; each can take 70 bytes of memory
MAX_JSON_KEYS = 2_000  # keys of an object: more than metadata of 10 KiB can have
EXAMPLE_KEYS = "default:replace-me"  # of .dev.vars.example: counts as no key, so that nobody can call with it
_LOCAL_MODELS = ("emulator", "server")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of an AI Gateway or an index (Limits pages of both)
GATEWAY = _NAME
GATEWAY_RULE = "must be the id of a gateway: at most 64 letters, digits, hyphens and underscores."
_CACHE_TTL_S = (60, 2_592_000)  # AI Gateway, Caching: a minute to a month


class SettingsError(Exception):
    """Variables of the Worker are invalid. The message names all of them."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The variables of the Worker. They are documented in docs/configuration.md."""

    max_text_tokens: int = TEXT_TOKENS
    max_body_bytes: int = 4 * 1024 * 1024  # bytes of a request body
    auth: bool = True
    keys: tuple[Key, ...] = ()
    cors_origins: frozenset[str] = frozenset()
    ignored: str = ""  # the entries of CORS_ORIGINS that are no origins: without them, the service is safe and works
    deadline_s: int = 25  # seconds for a request, retries included
    wait_s: int = 30  # seconds that `"wait": true` waits for a write to become visible
    ai_gateway: str = ""  # id of the AI Gateway that calls of the model pass through
    vectorize_index: str = "embedder"  # name of the bound index, which the binding does not report
    ai_gateway_cache_ttl_s: int = 0  # seconds that it keeps an answer; 0: its own setting
    batcher: Batching = Batching()
    ai_gateway_log: bool = False  # whether it logs the calls, with their texts
    model_aliases: Mapping[str, str | None] = {}  # other names of the model, and the task of each
    local_model: str = ""  # what replaces the model on a developer's machine

    @classmethod
    def from_env(cls, env: Mapping[str, object]) -> "Settings":
        """Check all variables. SettingsError names every invalid one."""
        faults: list[str] = []
        allowed, wrong = origins.parse(str(env.get("CORS_ORIGINS", "")))
        settings = cls(
            max_text_tokens=integer(env, "MAX_TEXT_TOKENS", TEXT_TOKENS, 1, 8192, faults),
            max_body_bytes=integer(env, "MAX_BODY_BYTES", 4 * 1024 * 1024, 1024, 16 * 1024 * 1024, faults),
            auth=switch(env, "AUTH", faults, default="on"),
            keys=_keys(env, faults),
            cors_origins=allowed,
            ignored=origins.listed(wrong),
            deadline_s=integer(env, "DEADLINE_S", 25, 1, 300, faults),
            wait_s=integer(env, "WAIT_S", 30, 0, 120, faults),
            ai_gateway=_gateway(env, faults),
            ai_gateway_cache_ttl_s=_cache_ttl(env, faults),
            ai_gateway_log=switch(env, "AI_GATEWAY_LOG", faults),
            vectorize_index=_index(env, faults),
            batcher=batching.from_env(env, faults),
            model_aliases=aliases.parse(str(env.get("MODEL_ALIASES", "")), faults),
            local_model=_local_model(env, faults),
        )
        if faults:
            raise SettingsError(" ".join([*faults, *filter(None, [settings.ignored])]))
        return settings


def _gateway(env: Mapping[str, object], faults: list[str]) -> str:
    gateway = str(env.get("AI_GATEWAY", ""))
    if gateway and not GATEWAY.fullmatch(gateway):
        faults.append(f"AI_GATEWAY {GATEWAY_RULE}")
    return gateway


def _local_model(env: Mapping[str, object], faults: list[str]) -> str:
    value = str(env.get("LOCAL_MODEL", ""))
    if value not in ("", *_LOCAL_MODELS):
        faults.append(f"LOCAL_MODEL must be one of {', '.join(_LOCAL_MODELS)}; only the local environment sets it.")
        return ""
    return value


def _index(env: Mapping[str, object], faults: list[str]) -> str:
    name = str(env.get("VECTORIZE_INDEX", "embedder"))
    if not _NAME.fullmatch(name):
        faults.append("VECTORIZE_INDEX must be the name of an index: 1 to 64 letters, digits, hyphens and underscores.")
    return name


def _cache_ttl(env: Mapping[str, object], faults: list[str]) -> int:
    if str(env.get("AI_GATEWAY_CACHE_TTL_S", 0)).strip() == "0":
        return 0
    own_faults: list[str] = []
    ttl = integer(env, "AI_GATEWAY_CACHE_TTL_S", 0, *_CACHE_TTL_S, own_faults)
    faults += [f"{fault[:-1]}, or 0 for the gateway's own setting." for fault in own_faults]
    return ttl


def _keys(env: Mapping[str, object], faults: list[str]) -> tuple[Key, ...]:
    value = str(env.get("API_KEYS", "")).strip()
    try:
        return () if value == EXAMPLE_KEYS else keys.parse(value)
    except KeysError as error:
        faults.append(str(error))
        return ()
