"""`embedder`: one command line."""

from embedder_cli import ondemand

app = ondemand.group(
    "embedder",
    {
        "import": ("embedder_cli.importer.cli", "Embed documents and store them in the index of a service."),
        "queue": ("embedder_cli.queues.cli", "List the documents that the ingestion queue could not store."),
        "search": ("embedder_cli.search", "Search the index of a service with a text."),
        "doctor": ("embedder_cli.doctor.cli", "Check that a service answers as it must."),
        "usage": ("embedder_cli.usage.cli", "Read calls and cost of the model by key."),
        "key": ("embedder_cli.keys.cli", "Make a key of a service."),
    },
    "Import and search documents, check a service, make keys.",
    elsewhere={"dev": "make dev", "deploy": "make deploy"},
)
