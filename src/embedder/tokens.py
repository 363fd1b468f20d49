"""x"""


def estimate(text: str) -> int:
    return max(1, len(text) // 4)
