"""Consumes the queue of documents to embed and store."""
