"""`embedder usage`: the calls of the model by key."""
