"""The core: turns text into EmbeddingGemma vectors. It does no I/O and imports no JavaScript.

`bindings/` implements the interfaces in `ports`. import-linter enforces the layers, see pyproject.toml.
"""
