"""Text that XML can hold."""

from __future__ import annotations

import re

#: XML 1.0, production 2 (Char), less the carriage return.
_UNWRITABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """Return a text without the characters that XML forbids: control characters and lone surrogates."""
    return _UNWRITABLE.sub("", text)
