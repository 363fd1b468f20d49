"""Stores and searches vectors in Vectorize."""
