"""The self-check of an endpoint, deployed or local: `python -m tools.doctor URL`."""
