"""The settings: all variables are checked together, and errors name them."""

import pytest

from embedder.access import keys
from embedder.settings import Settings, SettingsError


def test_the_defaults_require_a_key_and_have_the_documented_limits():
    settings = Settings.from_env({})
    assert settings == Settings()
    assert settings.auth
    assert settings.keys == ()
    assert settings.max_text_tokens == 2048 - 2  # the model adds two tokens to a text


def test_every_variable_is_read():
    settings = Settings.from_env(
        {
            "MAX_TEXT_TOKENS": "512",
            "MAX_BODY_BYTES": 1_000_000,
            "AUTH": "off",
            "API_KEYS": "web:0123456789abcdef, batch:fedcba9876543210",
            "CORS_ORIGINS": "https://a.example, http://localhost:3000",
            "DEADLINE_S": "5",
            "WAIT_S": "0",
            "AI_GATEWAY": "mine",
            "AI_GATEWAY_CACHE_TTL_S": "60",
            "AI_GATEWAY_LOG": "on",
        }
    )
    assert settings == Settings(
        max_text_tokens=512,
        max_body_bytes=1_000_000,
        auth=False,
        keys=keys.parse("web:0123456789abcdef batch:fedcba9876543210"),
        cors_origins=frozenset({"https://a.example", "http://localhost:3000"}),
        deadline_s=5,
        wait_s=0,
        ai_gateway="mine",
        ai_gateway_cache_ttl_s=60,
        ai_gateway_log=True,
    )


def test_an_error_names_every_invalid_variable_and_quotes_no_key():
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(
            {"MAX_TEXT_TOKENS": "many", "AUTH": "no", "API_KEYS": "tooshort", "CORS_ORIGINS": "null", "WAIT_S": "-1"}
        )
    message = str(caught.value)
    for name in ("MAX_TEXT_TOKENS", "AUTH", "API_KEYS", "CORS_ORIGINS", "WAIT_S"):
        assert name in message
    assert "tooshort" not in message


def test_an_entry_of_cors_origins_that_is_no_origin_is_left_out_and_named():
    settings = Settings.from_env({"CORS_ORIGINS": "https://a.example, null, app.example"})
    assert settings.cors_origins == {"https://a.example"}
    assert "'null'" in settings.ignored
    assert "'app.example' has no scheme" in settings.ignored


@pytest.mark.parametrize("value", ["9" * 40, "1.5", "", "²", "0"])
def test_rejects_numbers_outside_the_limits(value):
    with pytest.raises(SettingsError, match="DEADLINE_S must be an integer from 1 to 300"):
        Settings.from_env({"DEADLINE_S": value})


def test_only_known_stand_ins_of_the_model_are_accepted():
    assert Settings.from_env({"LOCAL_MODEL": "emulator"}).local_model == "emulator"
    with pytest.raises(SettingsError, match="LOCAL_MODEL must be one of emulator, server"):
        Settings.from_env({"LOCAL_MODEL": "another"})


@pytest.mark.parametrize("value", ["On", "true", "1", "", True])
def test_a_gateway_logs_nothing_by_mistake(value):
    assert not Settings.from_env({}).ai_gateway_log
    assert not Settings.from_env({"AI_GATEWAY_LOG": "off"}).ai_gateway_log
    with pytest.raises(SettingsError, match='AI_GATEWAY_LOG must be "on" or "off"'):
        Settings.from_env({"AI_GATEWAY_LOG": value})
