"""Folding of printed names, so that 「其中： 财政 拨款」 and 「其中:财政拨款」 are one."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_ORDINAL = re.compile(r"^(?:[（(]?[一二三四五六七八九十]{1,4}[)）、.．]|[（(]\d{1,2}[)）]|\d{1,2}[、.．](?!\d))")
_OF_WHICH = re.compile(r"^其中[:：]?")
_QUOTES = str.maketrans("", "", "“”‘’\"'《》「」")


def squeeze(text: str) -> str:
    """Drop layout spaces: all of them, except between latin words.

    Example:
        >>> squeeze("政府 性基 金"), squeeze("10M 网络")
        ('政府性基金', '10M网络')

    """
    return _SPACE.sub("", text)


def fold(name: str) -> str:
    """Return *name* in the form used for comparison: half-width, no spaces, quotes or colon, lower case.

    Example:
        >>> fold("“三公” 经费：") == fold("三公经费")
        True

    """
    text = unicodedata.normalize("NFKC", squeeze(name)).translate(_QUOTES).lower()
    return text.rstrip(":：").replace("（", "(").replace("）", ")")


def strip_ordinal(name: str) -> str:
    """Drop a list ordinal in front: 「（二十）自然资源…」 → 「自然资源…」.

    Example:
        >>> strip_ordinal("二十一、住房保障支出"), strip_ordinal("(二十二)粮油物资储备支出")
        ('住房保障支出', '粮油物资储备支出')

    """
    return _ORDINAL.sub("", name.strip())


def ordinal_level(name: str) -> int:
    """Return how deep a label stands: 0 plain, 1 「一、」, 2 「（一）」, 3 「其中：」.

    Example:
        >>> [ordinal_level(n) for n in ("收入总计", "一、本年收入", "（一）一般公共预算拨款", "其中：财政拨款")]
        [0, 1, 2, 3]

    """
    text = squeeze(name)
    if _OF_WHICH.match(text):
        return 3
    if re.match(r"^[（(]", text) and _ORDINAL.match(text):
        return 2
    return 1 if _ORDINAL.match(text) else 0


def is_of_which(name: str) -> bool:
    """Whether a label says 其中, so that it is a part already counted above."""
    return bool(_OF_WHICH.match(squeeze(name)))


def stems(name: str, suffixes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the folded forms under which *name* may be found: itself, and without a given ending."""
    whole = fold(name)
    short = [whole.removesuffix(s) for s in suffixes if whole.endswith(s) and len(whole) > len(s) + 1]
    return (whole, *short)


_LEVEL_MARK = re.compile(r"[（(](?:类|款|项)[)）]")


def fold_with_offsets(text: str) -> tuple[str, tuple[int, ...]]:
    """Fold running text for name spotting, keeping for each character the offset it came from.

    Quotes, spaces and the level marks （类）（款）（项） are left out.
    """
    skipped = {i for m in _LEVEL_MARK.finditer(text) for i in range(*m.span())}
    folded: list[str] = []
    offsets: list[int] = []
    for index, char in enumerate(text):
        if index in skipped or char.isspace() or char in "“”‘’\"'《》「」":
            continue
        for piece in unicodedata.normalize("NFKC", char).lower():
            folded.append(piece)
            offsets.append(index)
    return "".join(folded), tuple(offsets)
