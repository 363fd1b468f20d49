"""The entries of the secret API_KEYS: `embedder key`."""
