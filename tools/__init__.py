"""What developers run: the hermetic runtime, the benchmark, the importer. Never uploaded."""
