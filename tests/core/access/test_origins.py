"""The grammar of CORS_ORIGINS, and which origins are allowed."""

import pytest

from embedder.access import origins


@pytest.mark.parametrize(
    ("entry", "origin"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("https://App.Example.com/", "https://app.example.com"),
        ("HTTP://LOCALHOST:3000//", "http://localhost:3000"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:080", "http://a.example"),
        ("http://a.example:443", "http://a.example:443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("app://obsidian.md", "app://obsidian.md"),
        ("app://-", "app://-"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("chrome-extension://nnpfghj/", "chrome-extension://nnpfghj"),
        ("vscode-webview://0a-1b", "vscode-webview://0a-1b"),
        ("file://", "file://"),
        ("*", "*"),
        ("vscode-webview://*", "vscode-webview://*"),
        ("Moz-Extension://*/", "moz-extension://*"),
    ],
)
def test_an_entry_is_compared_as_a_browser_writes_it(entry, origin):
    assert origins.parse(entry) == (frozenset({origin}), [])


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("app.example.com", "has no scheme; write https://app.example.com"),
        ("localhost:3000", "has no scheme"),
        ("null", "can't be allowed"),
        ("NULL", "can't be allowed"),
        ("https://a.example/app", "has a path; write https://a.example."),
        ("https://a.example?x", "has a path"),
        ("https://*.example.com", "has a wildcard"),
        ("https://*", "has a wildcard"),
        ("http://*", "has a wildcard"),
        ("app://*.md", "has a wildcard"),
        ("*://a", "has a wildcard"),
        ("https://", "has no scheme"),
        ("https://a.example:99999", "is no origin"),
        ("https://user@a.example", "is no origin"),
        ("https://bücher.example", "xn--"),
        ("1://a", "is no origin"),
    ],
)
def test_a_wrong_entry_is_named_with_the_reason_and_leaves_the_others(entry, reason):
    found, faults = origins.parse(f"https://right.example, {entry}")
    assert found == {"https://right.example"}
    assert [reason in fault for fault in faults] == [True]


def test_a_long_entry_is_quoted_in_part():
    _, [fault] = origins.parse("x" * 10_000)
    assert len(fault) < 300


@pytest.mark.parametrize(
    ("allowed", "origin", "answer"),
    [
        ({"https://a.example"}, "https://a.example", True),
        ({"https://a.example"}, "HTTPS://A.example", True),
        ({"https://a.example"}, "https://a.example.evil", False),
        ({"https://a.example"}, "http://a.example", False),
        ({"app://obsidian.md"}, "app://obsidian.md", True),
        ({"*"}, "https://any.example", True),
        ({"vscode-webview://*"}, "vscode-webview://0a1b", True),
        ({"vscode-webview://*"}, "VSCODE-webview://0a1b", True),
        ({"vscode-webview://*"}, "vscode-webview-2://0a1b", False),
        ({"vscode-webview://*"}, "https://vscode-webview://", False),
        ({"vscode-webview://*"}, "null", False),
        ({"*"}, "null", False),
        ({"*"}, None, False),
        (set(), "https://a.example", False),
    ],
)
def test_is_allowed(allowed, origin, answer):
    assert origins.is_allowed(frozenset(allowed), origin) is answer
