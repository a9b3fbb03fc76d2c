"""Where the lines of a long title break: whole words, lines of like length (词意完整、排列对称、长短适宜)."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from service.adapters.gongwen.layout import Layout

#: Longer titles are no titles; they are left to the word processor.
_MOST_LINES = 4
#: What a line break inside a word, and inside a number, counts against one character of difference in length.
_IN_WORD, _IN_NUMBER = 8, 40
_OPENING, _CLOSING = "（(《〈【“‘", "）)》〉】”’、，。：；"


def width_of(text: str) -> float:
    """Return the width of a text in Chinese characters: Latin letters and digits are half as wide.

    Between the two, word processors leave a quarter.
    """
    wide = [unicodedata.east_asian_width(c) in "WFA" for c in text]
    gaps = sum(1 for (a, x), (b, y) in pairwise(zip(text, wide, strict=True)) if x != y and a.isalnum() and b.isalnum())
    return sum(1 if each else 0.5 for each in wide) + gaps / 4


def line_length(title: str, entity: str, layout: Layout) -> int:
    """Return how many characters wide the lines of a title should be, so that it breaks well by itself.

    Nothing is put into the title: a narrower paragraph makes the word processor break it there.

    Args:
        title: The title.
        entity: Name of whose it is, which is not broken if that can be helped.
        layout: The layout.
    """
    widest = layout.title_characters
    count = math.ceil(width_of(title) / widest)
    if not 1 < count <= _MOST_LINES:
        return widest
    shortest = math.ceil(width_of(title) / count)
    return min(range(shortest, widest + 1), key=lambda w: (_cost(_lines(title, w), count, entity, layout), w))


def _lines(title: str, width: int) -> list[str]:
    """Break a title as word processors do: as late as it fits, where a line may end."""
    lines, rest = [], title
    while width_of(rest) > width:
        fits = next(n for n in range(len(rest), 0, -1) if n == 1 or width_of(rest[:n]) <= width)
        end = next((n for n in range(fits, 0, -1) if _may_break(rest[n - 1], rest[n])), fits)
        lines.append(rest[:end])
        rest = rest[end:]
    return [*lines, rest]


def _may_break(before: str, after: str) -> bool:
    """Not in a number or a Latin word, not behind an opening bracket, not before a closing one."""
    is_word = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return not is_word and before not in _OPENING and after not in _CLOSING


def _cost(lines: Sequence[str], count: int, entity: str, layout: Layout) -> float:
    widths = [width_of(line) for line in lines]
    return (
        (len(lines) - count) * 100
        + (max(widths) - min(widths))
        + sum(_break_cost(a, b, entity, layout) for a, b in pairwise(lines))
    )


def _break_cost(before: str, after: str, entity: str, layout: Layout) -> int:
    if (before[-1].isdigit() and (after[0].isdigit() or after[0] in "年月日")) or (
        before[-1] == "年" and after[0] == "度"
    ):
        return _IN_NUMBER
    if (entity and before.endswith(entity)) or before.endswith(layout.break_after):
        return 0
    return 0 if after.startswith(layout.break_before) or after[0].isdigit() else _IN_WORD
