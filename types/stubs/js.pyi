# The global scope of JavaScript. It exists in the Worker only, and has no types.
from typing import Any

def __getattr__(name: str) -> Any: ...
