"""Optional: requests of few texts share calls of the model, in a Durable Object behind the binding `BATCHER`."""
