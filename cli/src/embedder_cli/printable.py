"""Text from files and servers as it may be printed: nothing in it can control the terminal."""

import json
import re

_SPACE = re.compile(r"[\t\n\v\f\r\u0085\u2028\u2029]+")
# C0, DEL, C1, and what changes the direction of text or is invisible. ZWNJ and ZWJ stay: Persian and emoji need them.
_UNSAFE = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f"
)
_CONTROLS = re.compile(f"[{_UNSAFE}]")
_CONTROLS_BUT_NEWLINE = re.compile(f"(?!\n)[{_UNSAFE}]")
_MAX_CHARS = 500


def plain(text: object, limit: int = _MAX_CHARS) -> str:
    """Return `text` on one line, without characters that control a terminal, truncated to `limit` characters."""
    kept = _CONTROLS.sub("", _SPACE.sub(" ", str(text)))
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def json_text(value: object) -> str:
    """Return indented JSON. Characters that control a terminal are escaped, so that nothing is lost."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _CONTROLS_BUT_NEWLINE.sub(lambda found: json.dumps(found[0])[1:-1], text)
