"""Local emulators of Workers AI and Vectorize, for development and tests. They are never deployed."""
