"""Checks that only the model can pass."""
