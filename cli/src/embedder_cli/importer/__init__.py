"""`embedder import`: files of any size into the index of a service."""
