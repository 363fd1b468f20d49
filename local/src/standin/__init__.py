"""Local stand-ins for Workers AI and Vectorize. For development and tests; never deployed."""
