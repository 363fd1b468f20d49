"""An application with an index and both queues, and documents to queue."""

import json

from embedder.queue import consumer
from embedder.vectorize.store import Store
from tests.core.fake_index import FakeIndex
from tests.core.fakes import FakeApp, FakeBatch, FakeModel, FakeQueue, code, rows_of, run

BUSY = code(3040, 429)
LONG = "word " * 3000


class Ingestion:
    """An application with an index and both queues. `consume` delivers a batch."""

    def __init__(self, model=None, *, index=None, **parts):
        self.events = []
        self.index = index or FakeIndex()
        self.app = FakeApp(model)
        store = Store(self.index, clock=self.app.clock, wait_s=1)
        self.ingest, self.failed = FakeQueue(), FakeQueue()
        self.app.replace(**{"store": store, "ingest": self.ingest, "failed": self.failed, **parts})

    def put(self, documents, **options):
        body = json.dumps({"documents": documents, "queue": True, **options}).encode()
        return self.app.send("PUT", "/vectors", body)

    def consume(self, bodies, *, attempts=1, busy=False):
        batch = FakeBatch(bodies, attempts=attempts, events=self.events)
        batch.busy = busy
        self.lifetimes = []

        def open_lifetime():
            self.lifetimes.append(self.app.new_lifetime())
            return self.lifetimes[-1]

        run(consumer.handle(self.app.app, open_lifetime, "batch-1", batch))
        assert not batch.left
        return batch

    @property
    def letters(self):
        return {letter["id"]: letter for letter in map(json.loads, self.failed.bodies)}

    @property
    def log(self):
        return json.loads(self.app.log[-1])


def documents(count, **fields):
    return [{"id": f"d{number}", "text": f"text {number}", **fields} for number in range(count)]


def failing(texts, reply):
    """Return a model that fails for calls with one of these texts."""
    return FakeModel(
        lambda given: reply(given) if any(bad in text for bad in texts for text in given) else rows_of(given)
    )
