"""Documents on their way to a service."""
