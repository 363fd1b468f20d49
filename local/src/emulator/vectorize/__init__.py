"""The local emulator of Vectorize V2: its operations, limits and errors. It does no I/O; the time is passed in."""
