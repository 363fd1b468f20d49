"""An importer that is killed before the service has stored a batch, or after that and before the answer."""

import json
import random
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import servers
from tests.worker import EMBEDDER
from tools import runtime

DOCUMENTS, BATCH, CONCURRENCY, KILLS, SEED = 2000, 20, 3, 6, 4711


class Service(ThreadingHTTPServer):
    """Stores documents, and kills the process that sends request number `fatal`, before or after it stored them."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.stored, self.received, self.requests = {}, [], 0
        self.fatal, self.stores_first, self.victim = 0, False, None
        self.lock = threading.Lock()
        servers.start(self)

    def answer(self, url):
        if url.path == "/index":
            return {"fits": True, "vector_count": len(self.stored)}
        ids = parse_qs(url.query)["ids"][0].split(",")
        vectors = [{"id": name, "values": []} for name in ids if name in self.stored]
        return {"vectors": vectors, "missing": [name for name in ids if name not in self.stored]}

    def put(self, documents):
        """Return whether the sender may have an answer."""
        with self.lock:
            self.requests += 1
            killing = self.requests == self.fatal
            if not killing or self.stores_first:
                self.stored.update({item["id"]: item["text"] for item in documents})
            self.received += [item["id"] for item in documents]
            if killing:
                self.victim.kill()
            return not killing


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer(self.server.answer(urlsplit(self.path)))

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.server.put(body["documents"]):
            self.answer({"count": len(body["documents"]), "mutation_ids": ["m"]})

    def answer(self, body):
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, BrokenPipeError):
            self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def service():
    made = Service()
    yield made
    made.shutdown()


@pytest.mark.extended
def test_nothing_is_lost_and_little_is_sent_twice(service, tmp_path):
    chance = random.Random(SEED)
    corpus = {f"doc-{number}": f"text {number}" for number in range(DOCUMENTS)}
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in corpus.items()))
    url = f"http://127.0.0.1:{service.server_port}"
    command = [str(EMBEDDER), "import", str(path), "--url", url, "--id-field", "id"]
    command += ["--batch", str(BATCH), "--concurrency", str(CONCURRENCY)]
    for turn in range(KILLS + 1):
        with service.lock:
            service.stores_first = bool(turn % 2)
            service.fatal = service.requests + chance.randint(3, 14) if turn < KILLS else 0
            service.victim = subprocess.Popen(command, cwd=runtime.ROOT, stderr=subprocess.PIPE, text=True)
        _, said = service.victim.communicate(timeout=60)
        assert service.victim.returncode == (-9 if turn < KILLS else 0), said
    assert service.stored == corpus
    assert len(service.received) - DOCUMENTS <= KILLS * CONCURRENCY * BATCH
