"""The ingestion queue under faults: wrangler's own emulation of Queues, and a Worker that is killed beside it.

wrangler keeps messages in memory, so its process must live on. It runs a small Worker (`broker/`) that only passes
batches on. The Worker under test runs in a workerd of its own, with the runtime's own queue classes:

    PUT /vectors -> Worker -> link -> Gateway -> broker: wrangler's queue
    wrangler's queue -> broker -> Gateway -> dispatcher -> Worker: queue(batch) -> model, index (in the Gateway)

The Gateway (Python) stands between all of them. It sees every acknowledgement, and compares it with what was written.
"""
