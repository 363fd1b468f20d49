"""The files of the page: their headers, their size and their content. Only one test needs a browser."""

import gzip
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from selenium import webdriver

from tests.browser.conftest import Page, Worker
from tools import runtime

PUBLIC = runtime.ROOT / "public"
MOST_BYTES = 300_000  # of all files but the generated ones
GENERATED_MOST_BYTES = 60_000  # of each generated file, compressed
GENERATED = ("openapi.json",)
VIEWER_MOST_BYTES = 1_500_000  # of the reference, compressed
PAGE = runtime.ROOT / "page"
BUILT = ("index.html", "assets", "docs.html", "llms.txt")
FILES = [path for path in sorted(PUBLIC.rglob("*")) if path.is_file()]
FILES = [path for path in FILES if path.relative_to(PUBLIC).parts[0] not in BUILT]
FILES += [path for path in sorted(PAGE.rglob("*")) if path.is_file()]
FIRST_LOAD_REQUESTS = 10
FIRST_LOAD_BYTES = 60_000  # compressed, without the library of the map


@pytest.fixture(scope="module")
def worker(start_dev: Callable[..., Worker]) -> Worker:
    """What `make dev` starts: wrangler serves the files as Cloudflare does."""
    return start_dev()


@pytest.mark.parametrize(
    ("path", "part"),
    [("/", "<title>embedder</title>"), ("/docs", '<div id="reference">'), ("/llms.txt", "`POST /embed`")],
)
def test_files_are_served_without_the_worker(worker: Worker, path: str, part: str) -> None:
    answer = worker.send("GET", path, allow_redirects=False)
    assert (answer.status_code, part in answer.text) == (200, True)
    # every answer of the Worker has this header
    assert "x-request-id" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/docs", "/health", "/mcp", "/openapi.json", "/nothing"])
def test_a_name_that_is_not_this_machines_is_rejected(worker: Worker, path: str) -> None:
    """A web page can make the browser resolve its own name to 127.0.0.1."""
    for host in (
        "evil.example",
        f"evil.example:{worker.url.rpartition(':')[2]}",
        "localhost.evil.example",
        "127.0.0.2",
    ):
        answer = worker.send("GET", path, headers={"host": host})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "origin_not_allowed")
    for host in ("localhost", "127.0.0.1:1", "[::1]:8787"):
        assert worker.send("GET", path, headers={"host": host}).status_code != 403
    foreign = worker.post("/embed", {"text": "a"}, headers={"origin": "http://evil.example"})
    assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "origin_not_allowed")


def test_a_page_that_rebinds_its_name_reads_nothing(browser: webdriver.Chrome, worker: Worker) -> None:
    """wrangler's own header makes such a request look like one to this machine."""
    browser.get(worker.url.replace("127.0.0.1", "evil.example") + "/docs")
    assert '"code":"origin_not_allowed"' in browser.page_source
    script = """const done = arguments[arguments.length - 1];
        const headers = {'MF-Original-URL': 'http://localhost/health', 'accept-language': '', 'user-agent': 'curl'};
        const ask = (method) => fetch('/embed', {method, headers, referrerPolicy: 'no-referrer'});
        Promise.all(['GET', 'POST', 'PUT'].map((method) => ask(method).then((one) => one.text()))).then(done, done);"""
    for answer in browser.execute_async_script(script):
        assert "it has no Sec-Fetch-Site" in answer
    browser.get(worker.url + "/health")
    assert '"status":"ok"' in browser.page_source
    disguised = {"host": "evil.example", "mf-original-url": "http://localhost/health"}
    assert worker.send("GET", "/health", headers=disguised).status_code == 200  # what the header does


def test_other_paths_reach_the_worker(worker: Worker) -> None:
    assert worker.post("/embed", {"text": "a"}).json()["shape"] == [1, 768]
    assert worker.send("GET", "/vectors?ids=nothing").json()["missing"] == ["nothing"]
    assert worker.send("GET", "/index").json()["fits"]  # also a name of index.html
    assert worker.send("GET", "/openapi.json").json()["openapi"] == "3.1.0"
    for path in ("/nothing", "/docs/nothing", "/assets/nothing.js", "/_headers"):
        answer = worker.send("GET", path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/", "/docs", "/llms.txt"])
def test_the_headers_are_strict(worker: Worker, path: str) -> None:
    headers = worker.send("GET", path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    # the viewer of the reference writes style elements
    assert policy["style-src"] == ("'self' 'unsafe-inline'" if path == "/docs" else "'self'")
    assert policy["img-src"] == ("'self' data: blob:" if path == "/docs" else "'self'")
    assert policy.get("require-trusted-types-for") == (None if path == "/docs" else "'script'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]


def test_the_viewer_of_the_reference_is_not_larger_than_it_was() -> None:
    runtime.prepare(tests=True)
    parts = [PUBLIC / "docs.html", *PUBLIC.glob("assets/docs-*"), *PUBLIC.glob("assets/scalar-*")]
    assert len(parts) == 4
    assert sum(len(gzip.compress(path.read_bytes())) for path in parts) < VIEWER_MOST_BYTES


def test_the_content_security_policy_is_enforced(page: Page) -> None:
    page.expected = ["Content Security Policy", "TrustedScript", "requires 'Trusted", "Refused to"]
    script = """const done = arguments[0], seen = [];
        document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
        const tried = (act) => { try { return act(); } catch (error) { return error.name; } };
        const inline = document.createElement('style');
        inline.textContent = 'body { color: red }';
        document.head.append(inline);
        tried(() => { document.body.innerHTML += '<i></i>'; });
        tried(() => eval('1'));
        fetch('https://elsewhere.invalid/').catch(() => 0).then(() => setTimeout(() => done(seen)));"""
    seen = page.driver.execute_async_script(script.replace("arguments[0]", "arguments[arguments.length - 1]"))
    assert {"style-src-elem", "connect-src", "require-trusted-types-for"} <= set(seen)
    page.network("Network.requestWillBeSent")
    page.events = [event for event in page.events if "elsewhere.invalid" not in str(event)]


def test_the_files_are_small() -> None:
    runtime.prepare()
    assert sum(path.stat().st_size for path in FILES if path.name not in GENERATED) < MOST_BYTES
    for name in GENERATED:
        assert len(gzip.compress((PUBLIC / name).read_bytes())) < GENERATED_MOST_BYTES


def test_the_first_load_is_small(page: Page) -> None:
    page.wait_for("service-index", "fits")  # the load before has sent everything
    page.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    page.network("Network.requestWillBeSent")
    page.events.clear()
    page.open()
    page.wait_for("source", "recorded")
    page.wait_for("service-index", "fits")
    sent = [item["url"].removeprefix(page.url) for item in page.requests() if "/assets/mapper-" not in item["url"]]
    assert {"/", "/health", "/index"} < set(sent)
    assert len(set(sent)) <= FIRST_LOAD_REQUESTS
    # the browser may still ask for the icon of the load before
    assert [path for path, count in Counter(sent).items() if count > 1 and path != "/favicon.svg"] == []
    size = sum(len(gzip.compress(requests.get(page.url + path, timeout=30).content)) for path in set(sent))
    assert size <= FIRST_LOAD_BYTES


def test_built_files_are_cached_by_their_hash_and_the_page_is_not(worker: Worker) -> None:
    html = worker.send("GET", "/")
    assert "must-revalidate" in html.headers["cache-control"]
    names = re.findall(r'"(/assets/[a-z]+-[A-Z0-9]{8}\.(?:css|js|json))"', html.text)
    assert len(names) == 5
    for name in names:
        answer = worker.send("GET", name)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".html"], ids=lambda path: path.name)
def test_no_script_or_style_is_inline_and_every_file_exists(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", content)
    assert all(body == "" for body in re.findall(r"<script[^>]*>(.*?)</script>", content, re.DOTALL))
    for address in re.findall(r'(?:src|href)="([^"#]+)"', content):
        routes = ("/", "/docs", "/openapi.json", "/llms.txt", "scalar.js")
        folder = PUBLIC if address.startswith("/") else PAGE
        assert address in routes or (folder / address.removeprefix("/")).is_file(), address


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_files_name_no_other_host(path: Path) -> None:
    named = set(re.findall(r"https?://([\w.-]+)", path.read_text(encoding="utf-8")))
    assert named <= {"www.w3.org"}  # the namespace of SVG


def test_the_address_serves_the_page_and_takes_texts(worker: Worker) -> None:
    """The Worker hands out the page at `/`, with the headers of the file; clients of TEI send texts there."""
    page = worker.send("GET", "/")
    assert (page.status_code, "<title>embedder</title>" in page.text) == (200, True)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert worker.send("HEAD", "/").status_code == 200
    assert len(worker.post("/", {"inputs": ["a", "b"]}).json()) == 2
    assert worker.post("/", {"inputs": []}).json()["error_type"] == "Validation"
