"""`embedder queue`: the dead letters of the ingestion queue."""
