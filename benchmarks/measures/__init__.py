"""What measures: requests, memory, start-up, the local index."""
