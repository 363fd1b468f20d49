"""The HTTP APIs: one module for each, with its requests, responses and error format."""
