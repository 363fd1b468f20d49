"""`make dev`: the Worker and the local emulator in the real Workers runtime."""
