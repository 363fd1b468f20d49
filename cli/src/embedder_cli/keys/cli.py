"""`embedder key`: make a key."""

from embedder_cli import ondemand

main = ondemand.group(
    "key",
    {"new": ("embedder_cli.keys.new", "Print a new key, and its entry in API_KEYS.")},
    "Make a key of a service.",
    elsewhere={"rotate": "make rotate"},
)
