"""Benchmarks under the real runtime. They compare this Worker with the Worker in Cloudflare's documentation."""
