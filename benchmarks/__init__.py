"""Measurements under the real runtime, side by side with the Worker that Cloudflare's documentation shows."""
