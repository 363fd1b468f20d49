"""What the V2 binding of Vectorize does: its rules, its limits, its refusals. Pure: no I/O, the clock is passed in."""
