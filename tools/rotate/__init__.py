"""`make rotate`: replaces a key of the deployed Worker without a failed request."""
