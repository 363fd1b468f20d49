"""The wire formats: one module for each, with its requests, responses and shape of an error. No I/O."""
