"""Fit the weights of the token estimate and write embedding/token_weights.py: `python -m tools.tokens`."""

from pathlib import Path
from typing import Final

from embedder.embedding.token_runs import SINGLE
from tools.tokens import figures
from tools.tokens.fit import fit

FILE: Final = Path(__file__).parents[2] / "src" / "embedder" / "embedding" / "token_weights.py"
_HEAD: Final = '''"""Tokens per count of the token estimate. Written by `python -m tools.tokens`; do not edit."""

from typing import Final

WEIGHTS: Final = {
'''


def render(weights: dict[str, float]) -> str:
    """Return the module that holds the weights."""
    lines = [f'    "{name}": {weight},\n' for name, weight in {SINGLE: 1.0, **weights}.items()]
    return f"{_HEAD}{''.join(lines)}}}\n"


if __name__ == "__main__":
    FILE.write_text(render(fit(figures.read())), encoding="utf-8")
