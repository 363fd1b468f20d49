"""Texts and Markdown in chunks."""
