"""The error for what a new field, route or error code still needs."""


class UndocumentedError(LookupError):
    """Something is not documented. The message says what, and where to add it."""
