"""How values are written in workerd's configuration: Cap'n Proto's text format."""

import json
from collections.abc import Iterable


def quote(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def many(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def named(name: str, value: str) -> str:
    return f"(name = {quote(name)}, {value})"
