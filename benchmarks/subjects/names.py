"""The names of the Workers that are compared, and of kinds that others refer to."""

OURS = "this Worker"
TYPESCRIPT = "TypeScript"
STREAM = "TypeScript, streams"
NAIVE = "Python, naive"
HELLO = "Python, hello"
TYPESCRIPT_HELLO = "TypeScript, hello"

BOTH = (OURS, TYPESCRIPT)
HELLOS = (HELLO, TYPESCRIPT_HELLO)
EVERYONE = (*BOTH, STREAM, NAIVE, *HELLOS)

CONSUMED = "batch from the queue"
