"""The command `embedder`: import and search documents, check a service, run one locally, deploy it."""
