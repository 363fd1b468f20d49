"""The self-check of an endpoint, deployed or local: `embedder doctor URL`."""
