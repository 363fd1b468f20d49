"""import, search and doctor against services that answer wrongly: one line, a non-zero exit code, bounded time."""

import gzip
import json
import socket
import threading
import time
from functools import cache
from io import StringIO

import pytest
from rich.console import Console
from typer.testing import CliRunner
from werkzeug import Response

from embedder_cli import service
from embedder_cli.doctor import report
from embedder_cli.doctor.results import Result, Status
from embedder_cli.main import app

DEEP = b"[" * 200_000 + b"]" * 200_000
BODIES = {
    "nothing": b"",
    "html": b"<html>Welcome</html>",
    "null": b"null",
    "a number": b"5",
    "a list": b"[]",
    "a string": b'"\x1b[2J"',
    "an empty object": b"{}",
    "deep": DEEP,
    "deep inside": b'{"matches":' + DEEP + b',"vector_count":' + DEEP + b',"data":' + DEEP + b"}",
    "NaN": b'{"matches":[{"id":"a","score":NaN}],"fits":true,"vector_count":NaN,"status":"ok"}',
    "infinite": b'{"matches":[{"id":"a","score":1e999}],"fits":true,"vector_count":1e999}',
    "large numbers": b'{"matches":[{"id":"a","score":1' + b"0" * 4000 + b'}],"data":[[1' + b"0" * 4000 + b"]]}",
    "wrong types": b'{"matches":[{"id":5,"score":"high","metadata":[]}],"fits":"no","vector_count":"many","data":{}}',
    "matches of the wrong type": b'{"matches":{"id":"a"},"fits":true,"vector_count":true,"data":[5]}',
    "not UTF-8": b'{"matches":"\xff\xfe"}',
    "half": b'{"matches":[{"id":"a","sc',
    "error of the wrong type": b'{"error":{"message":{"a":1},"code":[],"param":5},"accepted":{"a":1}}',
    "controls": json.dumps({"error": {"message": "\x1b[2J\x9b31m\u202egnp", "code": "x"}}).encode(),
}


def command(name, url, tmp_path):
    if name == "import":
        (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "x"}\n')
        return ["import", str(tmp_path / "a.jsonl"), "--url", url, "--max-wait", "0"]
    return ["search", "x", "--url", url] if name == "search" else ["doctor", url]


def run(name, url, tmp_path):
    """Return what a command printed. It must fail without an exception, and print no control characters."""
    done = CliRunner(env={"COLUMNS": "250"}).invoke(app, command(name, url, tmp_path))
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (1, 2)
    assert not set("\x1b\x9b\u202e") & set(done.output)
    return done.output


@pytest.fixture
def limit(monkeypatch):
    """Lower the limit for a whole answer to the given seconds."""

    def lower(limit_s):
        monkeypatch.setitem(service.send.__kwdefaults__, "limit_s", limit_s)
        monkeypatch.setattr("embedder_cli.importer.sending.connection.TIMEOUT_S", limit_s)
        for name in ("LIMIT_S", "PATIENCE_S"):
            monkeypatch.setattr(f"embedder_cli.doctor.endpoint.{name}", limit_s)

    return lower


COMMANDS = ("import", "search", "doctor")


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_answer_is_one_line(httpserver, tmp_path, name, body, status):
    headers = {"retry-after": "9" * 400, "x-embedding-truncated": "9" * 400, "location": "http://\x7f"}
    httpserver.expect_request("").respond_with_handler(lambda _: Response(body, status, headers))
    printed = run(name, httpserver.url_for("").rstrip("/"), tmp_path)
    if name == "search":
        assert printed.count("\n") == 1


@pytest.mark.parametrize("body", [b"NaN", b"[1e999]", b"-Infinity", DEEP, b"\xff", b"", b"1" * 5000])
def test_what_is_not_plain_json_is_not_decoded(body):
    assert service.decoded(body) is None


def test_controls_in_a_result_of_the_doctor_are_not_printed():
    console = Console(file=StringIO(), width=120)
    console.print(report.table("http://x\x1b", [Result("index", Status.OK, "It has \x1b]0;\x9b\u202e dimensions.")]))
    assert "It has ]0; dimensions." in console.file.getvalue()


@pytest.mark.parametrize("name", COMMANDS)
def test_controls_in_matches_and_ids_are_not_printed(httpserver, tmp_path, name):
    evil = "\x1b]0;title\x07\x9b31m\u202e\u2066"
    match = {"id": evil, "score": 0.5, "metadata": {"text": evil, evil: evil}}
    body = {"matches": [match], "count": 1, "fits": True, "vector_count": 1, "status": evil, "error": {"message": evil}}
    httpserver.expect_request("").respond_with_json(body)
    arguments = command(name, httpserver.url_for("").rstrip("/"), tmp_path)
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, SystemExit | None), done.exception
    assert not set("\x1b\x07\x9b\u202e\u2066") & set(done.output)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_redirect_is_not_followed(httpserver, tmp_path, name):
    """Neither to another address, which would get the key, nor in a circle."""
    url = httpserver.url_for("").rstrip("/")
    httpserver.expect_request("").respond_with_handler(lambda _: Response("", 307, {"location": f"{url}/again"}))
    assert "redirect" in run(name, url, tmp_path)
    assert not [request for request, _ in httpserver.log if request.path.startswith("/again")]


@cache
def bomb():
    return gzip.compress(gzip.compress(b"0" * 50_000_000))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "deflate"])
def test_a_compressed_answer_is_not_unpacked(httpserver, tmp_path, name, encoding):
    httpserver.expect_request("").respond_with_handler(lambda _: Response(bomb(), 200, {"content-encoding": encoding}))
    assert "which was not asked for" in run(name, httpserver.url_for("").rstrip("/"), tmp_path)


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
BROKEN = {
    "closes at once": [],
    "not HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n"],
    "half of the head": [b"HTTP/1.1 200 O"],
    "half of the body": [HEAD + b"content-length: 5000\r\n\r\n{"],
    "a wrong chunk": [HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n"],
    "a negative length": [HEAD + b"content-length: -5\r\n\r\n{}"],
    "two lengths": [HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\n{}"],
    "an endless head": [b"HTTP/1.1 200 OK\r\n"] + [b"x-a: " + b"a" * 1000 + b"\r\n"] * 2000,
    "odd bytes in the head": [b"HTTP/1.1 200 OK\r\nx-a: \xff\x00\x1b\r\n\r\n{}"],
    "an informational answer without end": [b"HTTP/1.1 100 Continue\r\n\r\n"] * 20_000,
}


@pytest.fixture
def serve():
    """Answer every connection with the given parts, as fast as they are read, or one every `pause_s` seconds."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(parts, pause_s):
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=write, args=(connection, parts(), pause_s), daemon=True).start()

    def write(connection, parts, pause_s):
        try:
            connection.recv(65536)
            for part in parts:
                connection.sendall(part)
                time.sleep(pause_s)
        except OSError:
            pass
        finally:
            connection.close()

    def start(parts, pause_s=0.0):
        threading.Thread(target=answer, args=(parts, pause_s), daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    listening.close()


@pytest.mark.parametrize("parts", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("name", COMMANDS)
def test_broken_http_is_one_line(serve, limit, tmp_path, name, parts):
    limit(0.3)
    run(name, serve(lambda: parts), tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_endless_answer_is_ended_at_its_size(serve, tmp_path, name):
    def parts():
        yield HEAD + b"\r\n["
        while True:
            yield b"1," * 50_000

    assert f"more than {service.MAX_ANSWER_BYTES:,} bytes" in run(name, serve(parts), tmp_path)


@pytest.mark.parametrize("head", [HEAD + b"\r\n", b"HTTP/1.1 200 OK\r\nx-a: "], ids=["body", "head"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_slow_answer_is_ended_although_each_byte_comes_in_time(serve, limit, tmp_path, name, head):
    def parts():
        yield head
        while True:
            yield b" "

    limit(0.2)
    assert "no complete answer within 0.2 s" in run(name, serve(parts, 0.05), tmp_path)
