"""Turns texts into vectors with Workers AI."""
