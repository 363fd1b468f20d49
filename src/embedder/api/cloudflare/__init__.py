"""Cloudflare's REST APIs: Workers AI and Vectorize, in one envelope."""
