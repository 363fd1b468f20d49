# Pyodide's own JavaScript API. It exists in the Worker only.
from typing import Any

def __getattr__(name: str) -> Any: ...
