"""`python -m tools.importer`, the same as `embedder-import`."""

from tools.importer.cli import app

app(prog_name="embedder-import")
