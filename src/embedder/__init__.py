"""Text to EmbeddingGemma vectors: the pure core. No JavaScript, no environment, no clock, no I/O."""
