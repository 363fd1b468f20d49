"""A corpus of any size into the index of a service: `embedder import`."""
