"""`embedder-import` and `embedder-search`: a corpus of any size into the index of a service, and a look at it."""
