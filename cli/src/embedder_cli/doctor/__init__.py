"""`embedder doctor URL`: the self-check of a service, deployed or local."""
