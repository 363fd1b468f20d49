"""`embedder key`: make a key, and replace one."""

from embedder_cli import ondemand

main = ondemand.group(
    "key",
    {
        "new": ("embedder_cli.keys.new", "Print a new key, and its entry in API_KEYS."),
        "rotate": ("embedder_cli.keys.rotate", "Replace a key of the deployed Worker without a failed request."),
    },
    "Make a key of a service, or replace one.",
)
