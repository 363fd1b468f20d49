"""One module a dialect: its request and response Structs, its routes, its shape of an error. No I/O."""
