"""What a run prints: results, goals and the report."""
