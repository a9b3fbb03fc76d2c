"""The outline of a list of row labels: which row is a part of which, by ordinals, codes and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique

from service.vocabulary.names import fold, is_of_which, squeeze

_STYLES = (
    ("chinese", re.compile(r"^[一二三四五六七八九十]{1,4}[、.．]")),
    ("chinese-bracket", re.compile(r"^[（(][一二三四五六七八九十]{1,4}[)）]")),
    ("number", re.compile(r"^\d{1,2}[、.．](?!\d)")),
    ("number-bracket", re.compile(r"^[（(]\d{1,2}[)）]")),
)
_TOTAL = ("合计", "总计", "小计")
_CARRY = re.compile(r"结转|结余|弥补收支差额|未安排支出")
_AT_A_TIME = re.compile(r"年初|年末|年终|上年|下年")
#: 「[201]一般公共服务支出」, 「2010801-行政运行」, 「201一般公共服务支出」.
_LEADING_CODE = re.compile(r"^[\[【(（]?(\d{3,9})[\]】)）]?\s*[-－—_:：.]?\s*(?=[^\d\s.,，%-])(.*)$")


@unique
class Place(Enum):
    """What a label is in its list."""

    ITEM = "item"
    PLAIN = "plain"
    OF_WHICH = "of-which"
    TOTAL = "total"
    CARRY = "carry"


@dataclass(frozen=True, slots=True)
class Node:
    """A label in its outline.

    Attributes:
        row: Row of the table.
        label: As printed.
        place: What it is.
        level: 1 for the top items, 2 below, …; 0 for totals and carry-overs.
        parent: Row of the item it is a part of, or None.
    """

    row: int
    label: str
    place: Place
    level: int
    parent: int | None


def outline(labels: Sequence[tuple[int, str]]) -> list[Node]:
    """Return the outline of (row, label) pairs, blank labels left out.

    A kind of ordinal first seen below another is its sub-level, whatever kind it is: provinces differ. A
    label without ordinal right below an ordinal one is taken for its part (``PLAIN``), which the sums must
    confirm.

    Example:
        >>> [(n.level, n.parent) for n in outline([(0, "一、财政拨款"), (1, "1.一般公共预算"), (2, "二、事业收入")])]
        [(1, None), (2, 0), (1, None)]

    """
    nodes: list[Node] = []
    stack: list[_Open] = []
    last: int | None = None
    for row, label in labels:
        text = squeeze(label)
        if is_of_which(text):
            parent = last if last is not None else (nodes[-1].row if nodes else None)
            nodes.append(Node(row, label, Place.OF_WHICH, len(stack) + 1, parent))
            continue
        style, number = _ordinal(text)
        if style:
            if number != 1 and stack and stack[0].style == "carry" and len(stack) == 1:
                stack = []
            _make_room(stack, style, number)
            parent = stack[-1].row if stack else None
            stack.append(_Open(style, number, row))
            nodes.append(Node(row, label, Place.ITEM, len(stack), parent))
            last = row
        elif is_total(text):
            stack, last = [], None
            nodes.append(Node(row, label, Place.TOTAL, 0, None))
        elif _CARRY.search(text) and (not (stack and nodes and nodes[-1].place is Place.PLAIN) or _is_next_carry(text, stack)):
            stack, last = [_Open("carry", 0, row)], row
            nodes.append(Node(row, label, Place.CARRY, 0, None))
        elif nodes and nodes[-1].place is Place.OF_WHICH:
            nodes.append(Node(row, label, Place.OF_WHICH, nodes[-1].level, nodes[-1].parent))
        else:
            parent = stack[-1].row if stack else None
            nodes.append(Node(row, label, Place.PLAIN, len(stack) + 1, parent))
            last = row
    return nodes


@dataclass(frozen=True, slots=True)
class _Open:
    """An item whose parts may still follow."""

    style: str
    number: int
    row: int


def _is_next_carry(text: str, stack: Sequence[_Open]) -> bool:
    """Whether a carry-over of a point in time follows the parts of another: 「结余分配」, 「转入事业基金」, 「年末结转和结余」."""
    return stack[0].style == "carry" and _AT_A_TIME.search(text) is not None


def _ordinal(text: str) -> tuple[str, int]:
    """Return the kind of ordinal a label begins with, and its number; ("", 0) without one."""
    for name, pattern in _STYLES:
        found = pattern.match(text)
        if found:
            return name, _count(found.group().strip("（()）、.．"))
    return "", 0


def _count(digits: str) -> int:
    if digits.isdigit():
        return int(digits)
    tens, _, ones = digits.rpartition("十")
    value = ("一二三四五六七八九".index(ones) + 1) if ones in "一二三四五六七八九" and ones else 0
    if "十" in digits:
        value += 10 * (("一二三四五六七八九".index(tens) + 1) if tens and tens in "一二三四五六七八九" else 1)
    return value


def _make_room(stack: list[_Open], style: str, number: int) -> None:
    """Close the items that an ordinal ends: those below the last of its kind that it can follow.

    A kind that begins at one again right below itself opens a list of its own: 一、本年支出, 一、一般公共服务支出.
    """
    same = [i for i, item in enumerate(stack) if item.style == style]
    if not same:
        return
    follows = [i for i in same if number > stack[i].number]
    if follows:
        following = [i for i in follows if stack[i].number + 1 == number]
        del stack[(following or follows)[-1] :]
    elif number != 1:
        del stack[same[-1] :]


def is_total(label: str) -> bool:
    """Whether a label names a total: 合计, 本年收入合计, 支出总计, 小计.

    Example:
        >>> is_total("合　计"), is_total("收入总计："), is_total("一、基本支出")
        (True, True, False)

    """
    return fold(label).endswith(_TOTAL)


def leading_code(label: str) -> tuple[str, str]:
    """Split a label that begins with a code.

    Returns:
        (code, name), the code "" where there is none.

    Example:
        >>> leading_code("[2014001]行政运行"), leading_code("2010801-行政运行"), leading_code("行政运行")
        (('2014001', '行政运行'), ('2010801', '行政运行'), ('', '行政运行'))

    """
    found = _LEADING_CODE.match(squeeze(label))
    if not found or re.match(r"^20[0-4]\d年", squeeze(label)):
        return "", label
    return found.group(1), found.group(2)
