"""The resources of the emulated Cloudflare API, one module each: its routes, and the methods that serve them."""
